"""What does the health page say?

Rule: it always answers, with one of two answers.
"""

from __future__ import annotations

import asyncio

import httpx


async def well(door: str) -> bool:
    """Whether all is well."""
    async with httpx.AsyncClient(timeout=20) as client:
        answer = await client.get(f"http://{door}/health")
    assert answer.status_code in {200, 503}, answer.text
    assert answer.json() == {"well": answer.status_code == 200}
    return answer.status_code == 200


async def well_again(door: str) -> bool:
    """Whether all is well within a minute: each loop has to have turned once since the trouble was over."""
    try:
        async with asyncio.timeout(60):
            while not await well(door):  # noqa: ASYNC110 -- another process answers, and nothing tells us when
                await asyncio.sleep(0.2)
    except TimeoutError:
        return False
    return True
