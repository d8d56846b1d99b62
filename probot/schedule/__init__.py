"""When something is due: civil time, quiet hours, phases, and the plan of assessments."""
