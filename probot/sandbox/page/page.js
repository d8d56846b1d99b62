// What does the whole page show, and what does it ask of the server? Phones, clock, trouble and enrolment.

import { ChatView, icon, make } from "/page/chat.js";
import { locale, say, short } from "/page/words.js";

const $ = (id) => document.getElementById(id);
const GLOBAL_TROUBLE = [
  ["offline", { how: "dropped" }],
  ["slow", { seconds: 4 }],
  ["flood", { seconds: 5 }],
  ["lost", {}],
  ["broken", {}],
  ["duplicate", {}],
];
let language = localStorage.getItem("language") || short(navigator.language);
let state = null;
let persona = Number(localStorage.getItem("persona")) || null;
let mode = localStorage.getItem("mode") === "team" ? "team" : "study"; // on a wide screen: patients and group, or the team's phones
const narrow = matchMedia("(max-width: 980px)");
let active = null;
let columns = [];
const seats = [null, null];
let lead = 0; // whose phone, of the two, stays beside the team's: the one used last
const seen = new Set();
const read = new Map(); // the newest message that was looked at, by tab
let callsRead = 0;
let firstView = true;
let linkFor = null;

const word = (name) => say(name, language);

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const found = await answer.json();
    if (!found.ok) notice(found.error, true);
    return found;
  } catch {
    notice(word("gone"), true);
    return { ok: false };
  }
}
const act = async (name, more) => (await post("/sim/act", { act: name, ...more })).result;

function notice(text, bad = false) {
  $("notice").textContent = text;
  $("notice").classList.toggle("bad", bad);
  $("notice").hidden = false;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => { $("notice").hidden = true; }, 5000);
}

// ------------------------------------------------------------------------------------------------ one phone

class Phone {
  constructor(kind) {
    this.kind = kind; // "patient" or "team"
    this.views = new Map();
    this.head = make("header", { class: "phone-head" });
    this.body = make("div", { class: "phone-body" });
    this.element = make("section", { class: `phone ${kind}`, role: "tabpanel" }, this.head, this.body);
  }

  acts(person, chat, bot) {
    return {
      send: (text, reply_to = null) => act("say", { person, chat, text, reply_to }),
      press: (label) => act("press", { person, chat, label }),
      tap: (message_id, data) => act("tap", { person, chat, message_id, data }),
      media: (kind) => act("send_media", { person, chat, kind }),
      forward: () => act("forward", { person, chat, text: "8", of: "Anna" }),
      edit: (message_id, text) => act("edit", { person, chat, message_id, text }),
      remove: (message_id) => act("delete", { person, chat, message_id }),
      start: () => act("start_link", { person, bot }),
      unblock: () => act("unblock", { person, bot }),
    };
  }

  view(person, chat, code, bot) {
    const key = `${person} ${chat} ${code}`;
    if (!this.views.has(key)) this.views.set(key, new ChatView(code, this.acts(person, chat, bot)));
    const found = this.views.get(key);
    if (this.body.firstChild !== found.element) this.body.replaceChildren(found.element);
    return found;
  }

  answers(phone, view) {
    for (const each of phone.answers) {
      const key = `${phone.person} ${each.query}`;
      if (!seen.has(key) && !firstView) view.answered(each.query, each.text, each.show_alert);
      seen.add(key);
    }
  }

  drawHead(signature, ...parts) {
    if (this.headWas === signature) return;
    this.headWas = signature;
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.head.replaceChildren(...parts);
    if (focused) this.head.querySelector(`[data-key="${focused}"]`)?.focus();
  }
}

class PatientPhone extends Phone {
  constructor(index) {
    super("patient");
    this.index = index;
    this.element.addEventListener("focusin", () => { lead = index; });
  }

  get tab() { return seats[this.index]; }

  get shows() { return narrow.matches || mode === "study" || this.index === lead; }

  update() {
    const patients = state.phones.filter((each) => each.seat === "patient");
    const phone = patients.find((each) => each.person === seats[this.index]);
    const chat = phone?.chats[0];
    this.element.hidden = !chat || !this.shows;
    if (!chat) return;
    const code = short(phone.language);
    this.element.lang = code === "zh" ? "zh-CN" : "en";
    this.element.setAttribute("aria-label", `${say("patient_phone", code)} ${phone.name}`);
    this.element.dataset.person = phone.person;
    const names = patients.map((each) => [each.person, each.name]);
    const status = chat.typing ? say("typing", code) : phone.offline ? say("phone_offline", code) : chat.blocked ? say("blocked", code) : say("bot", code);
    this.drawHead(JSON.stringify([names, phone.person, phone.offline, chat.blocked, status, chat.title, code]),
      avatar(chat.title, "bot"),
      make("div", { class: "titles" }, make("strong", {}, chat.title), make("small", { class: chat.typing ? "typing" : "" }, status)),
      make("label", { class: "whose" }, make("span", { class: "hidden-words" }, say("which_phone", code)),
        select(names, phone.person, (value) => { swap(this.index, value); }, "whose")),
      more(phone, chat, code));
    const view = this.view(phone.person, chat.chat, code, chat.chat);
    view.update(chat, phone.person, state.clinic.zone, { held: phone.held });
    this.answers(phone, view);
  }
}

class TeamPhone extends Phone {
  constructor() { super("team"); this.shown = null; } // a group's id, or "bot" for the direct chat

  get tab() { return "team"; }

  update() {
    const staff = state.phones.filter((each) => each.seat === "staff");
    this.element.hidden = !staff.length || !(narrow.matches || mode === "study");
    if (!staff.length) return;
    if (!staff.some((each) => each.person === persona)) persona = staff[0].person;
    const me = staff.find((each) => each.person === persona);
    const groups = state.groups.filter((each) => each.members.some((one) => one.id === persona));
    const group = groups.find((each) => each.chat === this.shown) || groups[0];
    const direct = this.shown === "bot" || !group;
    const chat = direct ? me.chats[0] : { ...group, menu: group.members.find((each) => each.id === persona).menu };
    if (!chat) return;
    this.element.lang = language === "zh" ? "zh-CN" : "en";
    this.element.setAttribute("aria-label", word("care_team"));
    const people = staff.map((each) => [each.person, each.name]);
    const waiting = me.chats[0]?.waiting_link && !direct;
    this.drawHead(JSON.stringify([people, persona, direct, group?.chat, groups.map((each) => [each.title, each.members.length]), chat.typing, language, waiting, me.chats[0]?.blocked, me.offline]),
      avatar(direct ? chat.title : group.title, direct ? "bot" : "group"),
      make("div", { class: "titles" }, make("strong", {}, direct ? chat.title : group.title), make("small", {}, chat.typing ? word("typing") : direct ? word("bot") : group.members.map((each) => each.name).join(", "))),
      more(me, me.chats[0], language),
      make("label", { class: "whose" }, make("span", { class: "you-are" }, word("you_are")), select(people, persona, (value) => { persona = value; localStorage.setItem("persona", value); draw(); }, "persona")),
      make("div", { class: "switcher", role: "group" },
        ...groups.map((each) => this.choice(each.chat, groups.length > 1 ? each.title : word("group_chat"), !direct && each === group)),
        this.choice("bot", word("direct_chat"), direct, waiting)));
    const view = this.view(persona, chat.chat, language, me.chats[0]?.chat);
    view.update(chat, persona, state.clinic.zone, { group: !direct, held: direct ? me.held : 0 });
    this.answers(me, view);
  }

  choice(shown, text, chosen, waiting = false) {
    return make("button", { type: "button", "aria-pressed": String(chosen), "data-key": shown, onclick: () => { this.shown = shown; draw(); } }, text, waiting ? make("b", { class: "dot", "aria-hidden": "true" }) : null);
  }
}

// One phone for each member of staff, with the bot's chat in front: what reaches this person, and nobody else.
class StaffPhone extends Phone {
  constructor(index) { super("team staff"); this.index = index; this.shown = "bot"; this.readGroup = 0; }

  get person() { return state.phones.filter((each) => each.seat === "staff")[this.index]; }

  get tab() { return `staff ${this.person?.person}`; }

  update() {
    const me = this.person;
    this.element.hidden = !me || !(narrow.matches || mode === "team");
    if (this.element.hidden) return;
    const groups = state.groups.filter((each) => each.members.some((one) => one.id === me.person));
    const group = groups.find((each) => each.chat === this.shown);
    const chat = group ? { ...group, menu: group.members.find((each) => each.id === me.person).menu } : me.chats[0];
    if (!chat) return;
    const role = state.clinic.staff?.[me.name]?.[language] || word("bot");
    this.element.lang = language === "zh" ? "zh-CN" : "en";
    this.element.setAttribute("aria-label", `${word("patient_phone")} ${me.name}`);
    const newest = groups[0]?.messages.at(-1)?.id || 0;
    if (group || firstView || !this.readGroup) this.readGroup = newest;
    const unread = newest > this.readGroup;
    const waiting = me.chats[0]?.waiting_link;
    this.drawHead(JSON.stringify([me.name, role, group?.chat, groups.map((each) => each.chat), chat.typing, language, unread, waiting, me.chats[0]?.blocked, me.offline]),
      avatar(me.name, "person"),
      make("div", { class: "titles" }, make("strong", {}, me.name), make("small", {}, chat.typing ? word("typing") : role)),
      more(me, me.chats[0], language),
      make("div", { class: "switcher", role: "group" },
        this.choice("bot", word("direct_chat"), !group, waiting),
        ...groups.map((each) => this.choice(each.chat, word("group_chat"), each === group, unread))));
    const view = this.view(me.person, chat.chat, language, me.chats[0]?.chat);
    view.update(chat, me.person, state.clinic.zone, { group: Boolean(group), held: group ? 0 : me.held });
    this.answers(me, view);
  }

  choice(shown, text, chosen, waiting = false) {
    return make("button", { type: "button", "aria-pressed": String(chosen), "data-key": shown, onclick: () => { this.shown = shown; draw(); } }, text, waiting ? make("b", { class: "dot", "aria-hidden": "true" }) : null);
  }
}

function avatar(title, kind) {
  const sign = [...title][0] || "?";
  return make("span", { class: `avatar ${kind}`, "aria-hidden": "true" }, kind === "bot" ? make("img", { src: "/page/icon.svg", alt: "" }) : sign);
}

function select(options, value, onchange, key) {
  const found = make("select", { "data-key": key, onchange: (event) => onchange(Number(event.target.value)) }, ...options.map(([id, name]) => make("option", { value: id, selected: id === value }, name)));
  return found;
}

function more(phone, chat, code) {
  const pop = make("div", { class: "pop more-pop", hidden: true });
  const button = make("button", { type: "button", class: "round more", title: say("more", code), "aria-label": say("more", code), "aria-expanded": "false", "data-key": "more" }, icon("M12 5.500h.01M12 12h.01M12 18.500h.01"));
  const open = (wanted) => { pop.hidden = !wanted; button.setAttribute("aria-expanded", String(wanted)); if (wanted) pop.querySelector("button")?.focus(); };
  button.addEventListener("click", (event) => { event.stopPropagation(); open(pop.hidden); });
  document.addEventListener("click", () => open(false));
  const item = (text, run) => make("button", { type: "button", onclick: () => { open(false); run(); } }, make("span", {}, text));
  const person = phone.person;
  pop.append(
    item(say("open_link", code), () => { linkFor = { person, bot: chat.chat }; openPanel("link"); }),
    item(say("app_language", code), () => act("set_language", { person, language_code: code === "zh" ? "en" : "zh-hans" })),
    item(say(phone.offline ? "go_online" : "go_offline", code), () => act("phone_offline", { person, offline: !phone.offline })),
    item(say(chat.blocked ? "unblock" : "block", code), () => act(chat.blocked ? "unblock" : "block", { person, bot: chat.chat })));
  pop.addEventListener("keydown", (event) => { if (event.key === "Escape") { open(false); button.focus(); } });
  return make("div", { class: "more-wrap" }, button, pop);
}

function swap(index, person) {
  const other = seats.indexOf(person);
  if (other >= 0) seats[other] = seats[index];
  seats[index] = person;
  active = person;
  lead = index;
  draw();
}

// ------------------------------------------------------------------------------------------------- the page

function seat() {
  const patients = state.phones.filter((each) => each.seat === "patient");
  const ids = patients.map((each) => each.person);
  for (const index of [0, 1]) if (!ids.includes(seats[index])) seats[index] = null;
  for (const index of [0, 1]) {
    if (seats[index]) continue;
    const free = patients.filter((each) => !seats.includes(each.person));
    const preferred = free.find((each) => short(each.language) === (index === 0 ? "zh" : "en"));
    seats[index] = (preferred || free[0])?.person ?? null;
  }
  const staff = state.phones.filter((each) => each.seat === "staff").map((each) => `staff ${each.person}`);
  if (active !== "team" && !ids.includes(active) && !staff.includes(active)) active = ids[0] ?? "team";
  if (ids.includes(active) && !seats.includes(active)) seats[0] = active;
}

function drawTabs() {
  const patients = state.phones.filter((each) => each.seat === "patient");
  const staff = state.phones.filter((each) => each.seat === "staff");
  const tabs = [...patients.map((each) => [each.person, each.name]), ["team", word("care_team")], ...staff.map((each) => [`staff ${each.person}`, each.name])];
  const newest = new Map(patients.map((each) => [each.person, each.chats[0]?.messages.at(-1)?.id || 0]));
  newest.set("team", state.groups[0]?.messages.at(-1)?.id || 0);
  for (const each of staff) newest.set(`staff ${each.person}`, each.chats[0]?.messages.at(-1)?.id || 0);
  for (const [id, last] of newest) if (firstView || id === active || !read.has(id)) read.set(id, last);
  const unread = tabs.map(([id]) => newest.get(id) > read.get(id));
  const signature = JSON.stringify([tabs, active, unread]);
  if (drawTabs.was === signature) return;
  drawTabs.was = signature;
  const focused = $("tabs").contains(document.activeElement);
  const choose = (id) => { active = id; draw(); };
  $("tabs").replaceChildren(...tabs.map(([id, name], index) => make("button", {
    type: "button", role: "tab", "aria-selected": String(id === active), tabindex: id === active ? "0" : "-1",
    onclick: () => choose(id),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) choose(tabs[(index + step + tabs.length) % tabs.length][0]);
    },
  }, name, unread[index] ? make("b", { class: "dot", title: word("new_messages") }) : null)));
  const chosen = $("tabs").querySelector('[aria-selected="true"]');
  chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (focused) chosen?.focus();
}

function draw() {
  if (!state) return;
  seat();
  if (!columns.length) {
    columns = [new PatientPhone(0), new PatientPhone(1), new TeamPhone(), new StaffPhone(0), new StaffPhone(1), new StaffPhone(2)];
    $("phones").append(...columns.map((each) => each.element));
  }
  $("phones").classList.toggle("four", mode === "team" && !narrow.matches);
  for (const each of columns) each.update();
  for (const each of columns) each.element.classList.toggle("active", each.tab === active);
  drawTabs();
  drawBar();
  drawCalls();
  drawTrouble();
  firstView = false;
}

function drawBar() {
  const zone = state.clinic.zone;
  const now = new Date(state.now);
  const at = locale(language);
  $("study-title").textContent = state.clinic.title[language];
  $("now-time").textContent = now.toLocaleTimeString(at, { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  $("now-time").dateTime = state.now;
  $("now-day").textContent = now.toLocaleDateString(at, { timeZone: zone, weekday: "short", day: "numeric", month: "short", year: "numeric" });
  $("now-zone").textContent = zone.replace("_", " ");
  const next = state.next_event && new Date(state.next_event);
  const later = next && next.getTime() - now.getTime() > 2000; // else it is on its way already
  const sameDay = next && next.toLocaleDateString(at, { timeZone: zone }) === now.toLocaleDateString(at, { timeZone: zone });
  $("next-when").textContent = later ? next.toLocaleString(at, { timeZone: zone, weekday: sameDay ? undefined : "short", hour: "2-digit", minute: "2-digit" }) : "";
  for (const id of ["plus-hour", "next-event", "jump"]) $(id).disabled = state.travelling;
  $("next-event").disabled = state.travelling || !next;
  $("next-event").title = next ? "" : word("nothing_due");
  $("travel").hidden = !state.travelling;
  $("travel").textContent = word("travelling");
}

function on(kind, chat = null) { return state.faults.some((each) => each.kind === kind && each.chat === chat); }

// What went beside Telegram: not on a phone, so it has a place of its own.
function drawCalls() {
  const calls = state.calls || [];
  const paths = new Map((state.clinic.paths || []).map((each) => [each.key, each.label[language] || each.key]));
  const open = !$("calls-panel").hidden;
  if (firstView || open) callsRead = calls.length;
  $("calls-count").hidden = calls.length <= callsRead;
  $("calls-count").textContent = calls.length - callsRead;
  const signature = JSON.stringify([calls, [...paths], language]);
  if (drawCalls.was === signature) return;
  const newest = calls.at(-1);
  const name = (each) => `${word(`by_${each.by}`)} ${paths.get(each.path) || each.path}`;
  if (drawCalls.many < calls.length && !open) notice(`${name(newest)}: ${newest.subject}`);
  drawCalls.was = signature;
  drawCalls.many = calls.length;
  $("calls-about").textContent = word(paths.size ? "second_about" : "second_unset");
  const time = (each) => new Date(each.at * 1000).toLocaleString(locale(language), { timeZone: state.clinic.zone, weekday: "short", hour: "2-digit", minute: "2-digit" });
  $("calls-list").replaceChildren(...calls.toReversed().map((each) => make("article", { class: "call" },
    make("div", { class: "call-head" }, icon("M3 6h18v12H3zM3 7l9 6 9-6"), make("span", {}, name(each)), make("time", {}, time(each))),
    make("strong", {}, each.subject),
    make("div", { class: "text" }, each.text))));
  if (!calls.length && paths.size) $("calls-list").append(make("p", { class: "about" }, word("second_none")));
}

function drawTrouble() {
  const count = state.faults.length + state.phones.filter((each) => each.offline || each.chats.some((chat) => chat.blocked)).length;
  $("trouble-count").hidden = !count;
  $("trouble-count").textContent = count;
  const people = state.phones.filter((each) => each.seat === "patient" && each.chats.length);
  const signature = JSON.stringify([state.faults.map((each) => [each.kind, each.chat]), people.map((each) => [each.person, each.name, each.offline, each.chats[0].blocked]), language]);
  if (drawTrouble.was === signature) return;
  drawTrouble.was = signature;
  const focused = document.activeElement?.dataset?.key;
  $("switches").replaceChildren(...GLOBAL_TROUBLE.map(([kind, more_]) => toggle(`fault ${kind}`, word(kind), on(kind), (checked) => post("/sim/fault", { kind, on: checked, ...(checked ? more_ : {}) }))));
  $("person-switches").replaceChildren(...people.flatMap((each) => [
    toggle(`blocked ${each.person}`, `${each.name}: ${word("blocked")}`, each.chats[0].blocked, (checked) => act(checked ? "block" : "unblock", { person: each.person, bot: each.chats[0].chat })),
    toggle(`offline ${each.person}`, `${each.name}: ${word("phone_offline")}`, each.offline, (checked) => act("phone_offline", { person: each.person, offline: checked })),
  ]));
  if (focused) $("trouble-panel").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function toggle(key, text, checked, change) {
  const box = make("input", { type: "checkbox", role: "switch", "data-key": key, onchange: (event) => change(event.target.checked) });
  box.checked = checked;
  return make("label", { class: "toggle" }, box, make("span", { class: "knob", "aria-hidden": "true" }), make("span", {}, text));
}

function words() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = word(each.dataset.word);
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", word(each.dataset.label));
  $("mode").textContent = word(mode === "team" ? "all_chats" : "team_phones");
  $("mode").setAttribute("aria-pressed", String(mode === "team"));
  $("language").textContent = language === "zh" ? "English" : "中文";
  $("language").lang = language === "zh" ? "en" : "zh-CN";
}

// ------------------------------------------------------------------------------------- panels and the clock

const PANELS = [["jump", "jump-panel"], ["enrol", "enrol-panel"], ["calls", "calls-panel"], ["trouble", "trouble-panel"], ["link", "link-panel"]];

function openPanel(wanted) {
  for (const [button, panel] of PANELS) {
    const open = button === wanted && $(panel).hidden;
    $(panel).hidden = !open;
    $(button)?.setAttribute("aria-expanded", String(open));
    if (open) $(panel).querySelector("[autofocus], input, select, button")?.focus({ preventScroll: true });
    $(panel).scrollTop = 0;
  }
}

function fillEnrol() {
  const { arms, sites } = state.clinic;
  const form = $("enrol-panel");
  const patients = state.phones.filter((each) => each.seat === "patient").length;
  form.code.value ||= `P-${String(patients + 1).padStart(3, "0")}`;
  form.arm.replaceChildren(...arms.map((each) => make("option", { value: each.key }, each.label[language] || each.key)));
  form.arm.closest("label").hidden = !arms.length;
  $("sites").replaceChildren(...sites.map((each, index) => {
    const box = make("input", { type: "checkbox", name: "site", value: each.key });
    box.checked = index === 0;
    return make("label", {}, box, make("span", {}, each.label[language] || each.key));
  }));
  $("sites").closest("fieldset").hidden = !sites.length;
}

async function move(how) {
  const found = await post("/sim/clock", how);
  await refresh();
  if (!found.ok) return;
  $("moved").textContent = `${word("moved")} ${$("now-day").textContent} ${$("now-time").textContent}`;
  $("now-time").classList.remove("moved");
  requestAnimationFrame(() => $("now-time").classList.add("moved"));
}

function wire() {
  $("plus-hour").addEventListener("click", () => move({ seconds: 3600 }));
  $("next-event").addEventListener("click", () => move({ next: true }));
  $("jump").addEventListener("click", () => {
    const day = new Date(new Date(state.now).getTime() + 86400000);
    $("jump-panel").day.value = day.toLocaleDateString("sv-SE", { timeZone: state.clinic.zone });
    openPanel("jump");
  });
  $("enrol").addEventListener("click", () => { fillEnrol(); openPanel("enrol"); });
  $("trouble").addEventListener("click", () => openPanel("trouble"));
  $("calls").addEventListener("click", () => { openPanel("calls"); drawCalls(); });
  for (const each of document.querySelectorAll("[data-close]")) each.addEventListener("click", () => openPanel(null));
  for (const [button, panel] of PANELS) $(panel).addEventListener("keydown", (event) => { if (event.key === "Escape") { openPanel(null); $(button)?.focus(); } });
  for (const each of document.querySelectorAll("[data-days]")) each.addEventListener("click", () => { openPanel(null); move({ seconds: 86400 * Number(each.dataset.days) }); });
  $("jump-panel").addEventListener("submit", (event) => {
    event.preventDefault();
    openPanel(null);
    move({ to: `${event.target.day.value}T${event.target.time.value}` });
  });
  $("enrol-panel").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const sites = [...form.querySelectorAll("[name=site]:checked")].map((each) => each.value);
    const theirs = form.language.value;
    const found = await post("/sim/enrol", { code: form.code.value, first_name: form.first_name.value, arm: form.arm.value, sites, language: theirs });
    if (!found.ok) return;
    openPanel(null);
    form.reset();
    await refresh();
    swap(theirs === "zh" ? 0 : 1, found.result);
  });
  $("link-panel").addEventListener("submit", async (event) => {
    event.preventDefault();
    openPanel(null);
    await act("start_link", { ...linkFor, payload: event.target.link.value });
    event.target.reset();
  });
  $("no-trouble").addEventListener("click", async () => {
    await post("/sim/fault", { kind: "all", on: false });
    for (const each of state.phones) {
      if (each.offline) await act("phone_offline", { person: each.person, offline: false });
      for (const chat of each.chats) if (chat.blocked) await act("unblock", { person: each.person, bot: chat.chat });
    }
  });
  narrow.addEventListener("change", draw);
  $("mode").addEventListener("click", () => {
    mode = mode === "team" ? "study" : "team";
    localStorage.setItem("mode", mode);
    words();
    draw();
  });
  $("language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    localStorage.setItem("language", language);
    words();
    draw();
    post("/sim/speak", { language });
  });
}

// Whoever asks while a look is under way waits for the next one, which is newer than the asking.
let looking = null;
let nextLook = null;
function refresh() {
  if (looking) {
    nextLook ||= looking.then(() => { nextLook = null; return refresh(); });
    return nextLook;
  }
  looking = look().finally(() => { looking = null; });
  return looking;
}

async function look() {
  let found;
  try {
    found = await (await fetch("/sim/view", { cache: "no-store" })).json();
  } catch {
    notice(word("gone"), true);
    return;
  }
  state = found;
  draw();
}

function listen() {
  const source = new EventSource("/sim/events");
  source.onmessage = refresh;
  source.onerror = () => notice(word("gone"), true);
}

words();
wire();
await refresh();
listen();
// Whoever looks at this page is the care team, so the bot speaks to the team as the page does.
await post("/sim/speak", { language });
