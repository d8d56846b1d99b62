// How is one chat drawn and used? Messages, buttons, keyboard, menu and the field to write in.
// The rule: what the server says is drawn; nothing is shown before it happened there.

import { locale, say } from "/page/words.js";

// Drawn, not emoji: a machine without an emoji font shows them too.
const MEDIA = {
  sticker: "M12 21a9 9 0 1 1 9-9M21 12l-9 9a9 9 0 0 1 9-9M8.5 10h.01M14.5 10h.01M8.5 14c1.5 2 4 2.5 6 1",
  voice: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  photo: "M4 6h16v12H4zM4 15l4.5-4.5 4 4 3-3L20 16M15.5 9.5h.01",
  video: "M3 7h12v10H3zM15 10.5l6-3v9l-6-3",
  document: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  location: "M12 21c4-4.5 6.5-7.5 6.5-11a6.5 6.5 0 1 0-13 0c0 3.5 2.5 6.5 6.5 11M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  contact: "M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M5 20c.5-4 3.5-6 7-6s6.5 2 7 6",
};
const FORWARD = "M13 6l7 6-7 6v-4c-5 0-7 1.5-9 4 .5-5 3.5-8 9-8z";
const PENCIL = "M4 20l1-4L16 5l3 3L8 19z";
const REPLY = "M10 6L4 12l6 6M4 12h10a6 6 0 0 1 6 6v1";
const BIN = "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13";
const WRAPS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span" };

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((each) => each !== null && each !== undefined && each !== ""));
  return element;
}

function formatted(text, entities, onCommand) {
  const cuts = new Set([0, text.length]);
  for (const each of entities) { cuts.add(each.offset); cuts.add(each.offset + each.length); }
  const places = [...cuts].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b);
  const out = [];
  for (let index = 0; index + 1 < places.length; index += 1) {
    const [from, to] = [places[index], places[index + 1]];
    let node = document.createTextNode(text.slice(from, to));
    for (const each of [...entities].reverse()) {
      if (each.offset > from || each.offset + each.length < to) continue;
      if (WRAPS[each.type]) node = make(WRAPS[each.type], { class: each.type === "spoiler" ? "spoiler" : null }, node);
      else if (each.type === "bot_command") node = make("button", { type: "button", class: "command", onclick: () => onCommand(text.slice(each.offset, each.offset + each.length)) }, node);
      else if (each.type === "url" || each.type === "text_link") {
        const href = each.url || text.slice(each.offset, each.offset + each.length);
        node = make("a", { href: href.includes("://") ? href : `https://${href}`, rel: "noopener noreferrer", target: "_blank" }, node);
      }
    }
    out.push(node);
  }
  return out;
}

export class ChatView {
  // `acts`: send(text, reply_to), tap(message, button) -> Promise<query>, press(label), media(kind), forward(), edit(id, text), remove(id), start(), unblock()
  constructor(language, acts) {
    this.language = language;
    this.acts = acts;
    this.drawn = new Map();
    this.pending = new Map();
    this.done = new Set();
    this.editing = null;
    this.replying = null;
    this.build();
  }

  word(name) { return say(name, this.language); }

  build() {
    this.list = make("div", { class: "messages", role: "log", "aria-live": "polite", tabindex: "0" });
    this.toast = make("div", { class: "toast", role: "status", hidden: true });
    this.keyboard = make("div", { class: "keyboard", hidden: true });
    this.input = make("textarea", { rows: "1", maxlength: "4096", "aria-label": this.word("message"), placeholder: this.word("message") });
    this.menuButton = make("button", { type: "button", class: "menu-button", "aria-haspopup": "true", "aria-expanded": "false", onclick: () => this.toggle(this.menuPop, this.menuButton) }, make("span", { "aria-hidden": "true" }, "☰"), make("span", { class: "menu-word" }, this.word("menu")));
    this.menuPop = make("div", { class: "pop menu-pop", hidden: true });
    this.attachButton = make("button", { type: "button", class: "round", title: this.word("attach"), "aria-label": this.word("attach"), "aria-haspopup": "true", "aria-expanded": "false", onclick: () => this.toggle(this.attachPop, this.attachButton) }, icon("M8 12.500 14.500 6a3 3 0 0 1 4.200 4.200l-8 8a5 5 0 0 1-7-7L11 4"));
    this.attachPop = make("div", { class: "pop attach-pop", hidden: true },
      ...Object.entries(MEDIA).map(([kind, sign]) => this.popItem(sign, this.word(kind), () => this.acts.media(kind))),
      this.popItem(FORWARD, this.word("forward"), () => this.acts.forward()));
    this.sendButton = make("button", { type: "submit", class: "round send", title: this.word("send"), "aria-label": this.word("send") }, icon("M4 11.500 20 4l-4.500 16-4-6.500zM11.500 13.500 20 4"));
    this.note = make("div", { class: "edit-note", hidden: true });
    this.form = make("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } }, this.menuButton, this.attachButton, this.input, this.sendButton, this.menuPop, this.attachPop);
    this.startBar = make("div", { class: "start-bar", hidden: true });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
      if (event.key === "Escape" && (this.editing || this.replying)) this.edit(null);
    });
    this.input.addEventListener("input", () => this.grow());
    this.element = make("div", { class: "chat", onkeydown: (event) => { if (event.key === "Escape") this.closePops(); } }, this.list, this.toast, this.note, this.startBar, this.form, this.keyboard);
    this.stuck = true;
    this.list.addEventListener("scroll", () => {
      if (this.list.clientHeight) this.stuck = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    });
    new ResizeObserver(() => this.settle()).observe(this.list);
    document.addEventListener("click", (event) => {
      if (!this.menuButton.contains(event.target) && !this.attachButton.contains(event.target)) this.closePops();
    });
  }

  // Whoever reads the newest message keeps seeing it, whatever opens below or arrives.
  settle() { if (this.stuck) this.list.scrollTop = this.list.scrollHeight; }

  popItem(sign, text, act) {
    return make("button", { type: "button", onclick: () => { this.closePops(); act(); this.input.focus(); } }, make("span", { class: "sign" }, icon(sign)), make("span", {}, text));
  }

  toggle(pop, button) {
    const open = pop.hidden;
    this.closePops();
    pop.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) pop.querySelector("button")?.focus();
  }

  closePops() {
    for (const [pop, button] of [[this.menuPop, this.menuButton], [this.attachPop, this.attachButton]]) {
      pop.hidden = true;
      button.setAttribute("aria-expanded", "false");
    }
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 120)}px`;
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { editing, replying } = this;
    this.input.value = "";
    this.grow();
    this.edit(null);
    await (editing ? this.acts.edit(editing, text) : this.acts.send(text, replying));
  }

  reply(message) {
    this.edit(null);
    this.replying = message.id;
    this.note.hidden = false;
    this.note.replaceChildren(make("span", {}, `${this.word("replying")}: ${message.text}`), make("button", { type: "button", "aria-label": "×", onclick: () => this.edit(null) }, "×"));
    this.input.focus();
  }

  edit(message) {
    this.editing = message ? message.id : null;
    this.replying = null;
    this.note.hidden = !message;
    if (message) {
      this.note.replaceChildren(make("span", {}, `${this.word("editing")}: ${message.text}`), make("button", { type: "button", "aria-label": "×", onclick: () => this.edit(null) }, "×"));
      this.input.value = message.text;
      this.input.focus();
    } else if (this.input.value && this.note.dataset.was) this.input.value = "";
    this.note.dataset.was = message ? "1" : "";
  }

  // chat: from the server; me: the person whose phone it is; zone: IANA name
  update(chat, me, zone, { group = false, held = 0 } = {}) {
    const before = this.drawn.size ? Math.max(...[...this.drawn.keys()].filter(Number.isInteger), 0) : 0;
    const focus = document.activeElement?.dataset?.key;
    const inside = this.list.contains(document.activeElement);
    const wanted = [];
    let day = "";
    for (const message of chat.messages) {
      const its = new Date(message.date * 1000).toLocaleDateString(locale(this.language), { timeZone: zone, weekday: "short", day: "numeric", month: "short" });
      if (its !== day) wanted.push([`day ${its}`, its, () => make("div", { class: "day" }, make("span", {}, its))]);
      day = its;
      const signature = JSON.stringify([message, me, zone, this.pending.get(message.id) || ""]);
      wanted.push([message.id, signature, () => this.message(message, me, zone, group)]);
    }
    if (!chat.messages.length) wanted.push(["empty", `${chat.waiting_link}${chat.about}`, () => this.empty(chat, group)]);
    if (held) wanted.push(["held", String(held), () => make("div", { class: "service" }, `${held} · ${this.word("waiting_out")}`)]);
    this.place(wanted);
    if (inside && focus && !this.list.contains(document.activeElement)) this.list.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
    const last = chat.messages.at(-1);
    if (last && last.id > before) this.stuck = true;
    this.settle();
    this.updateControls(chat, group);
  }

  place(wanted) {
    const keep = new Set(wanted.map(([key]) => key));
    for (const [key, { element }] of this.drawn) if (!keep.has(key)) { element.remove(); this.drawn.delete(key); }
    let previous = null;
    for (const [key, signature, draw] of wanted) {
      let entry = this.drawn.get(key);
      if (!entry || entry.signature !== signature) {
        const element = draw();
        if (entry) entry.element.replaceWith(element);
        entry = { signature, element };
        this.drawn.set(key, entry);
      }
      const next = previous ? previous.nextSibling : this.list.firstChild;
      if (entry.element !== next) this.list.insertBefore(entry.element, next);
      previous = entry.element;
    }
  }

  empty(chat, group) {
    const text = chat.about || this.word("nothing_yet");
    return make("div", { class: "empty" }, make("img", { src: "/page/icon.svg", alt: "", width: "56", height: "56" }), make("p", {}, text), chat.waiting_link ? make("p", { class: "link-waits" }, `${this.word("link_waits")}${this.language === "zh" ? "" : " "}${this.word("press_start")}`) : null);
  }

  message(message, me, zone, group) {
    if (message.service) {
      const who = message.about && message.service !== "group_chat_created" ? message.about : message.name;
      return make("div", { class: "service" }, `${who} · ${this.word(message.service)}`);
    }
    const mine = message.from === me;
    const time = new Date(message.date * 1000).toLocaleTimeString(locale(this.language), { timeZone: zone, hour: "2-digit", minute: "2-digit" });
    const body = [];
    if (group && !mine) body.push(make("div", { class: `who tone-${message.from % 5}` }, message.name, message.bot ? make("i", {}, this.word("bot")) : null));
    if (message.forwarded) body.push(make("div", { class: "forwarded" }, `${this.word("forwarded_from")} ${message.forwarded}`));
    if (message.reply) body.push(make("div", { class: "quoted" }, make("b", {}, message.reply.name), make("span", {}, message.reply.text)));
    if (message.photo) body.push(make("a", { class: "picture", href: message.photo.url, target: "_blank", rel: "noopener" }, make("img", { src: message.photo.url, width: message.photo.width, height: message.photo.height, alt: message.text || this.word("photo") })));
    else if (message.media) body.push(make("div", { class: `media ${message.media}` }, make("span", { class: "sign" }, icon(MEDIA[message.media])), message.media === "sticker" ? make("span", { class: "hidden-words" }, this.word("sticker")) : make("span", {}, message.file || this.word(message.media))));
    if (message.text) body.push(make("div", { class: "text", dir: "auto" }, ...formatted(message.text, message.entities, (command) => this.acts.send(command))));
    const foot = make("div", { class: "foot" }, message.edited ? make("span", {}, this.word("edited")) : null, make("time", {}, time));
    if (mine && message.text && !message.media) foot.prepend(
      make("button", { type: "button", class: "act", "aria-label": `${this.word("edit")}: ${message.text}`, title: this.word("edit"), "data-key": `edit ${message.id}`, onclick: () => this.edit(message) }, icon(PENCIL)),
      make("button", { type: "button", class: "act", "aria-label": `${this.word("remove")}: ${message.text}`, title: this.word("remove"), "data-key": `remove ${message.id}`, onclick: () => this.acts.remove(message.id) }, icon(BIN)));
    if (!mine && message.text) foot.prepend(
      make("button", { type: "button", class: "act answer", "aria-label": `${this.word("reply")}: ${message.text.slice(0, 60)}`, title: this.word("reply"), "data-key": `reply ${message.id}`, onclick: () => this.reply(message) }, icon(REPLY)));
    const bubble = make("div", { class: "bubble" }, ...body, foot);
    const keys = message.buttons ? make("div", { class: "buttons" }, ...message.buttons.map((row) => make("div", { class: "buttons-row" }, ...row.map((button) => this.inline(message, button))))) : null;
    return make("article", { class: `message ${mine ? "mine" : "theirs"}${keys || message.photo ? " with-buttons" : ""}`, "data-message": message.id }, bubble, keys);
  }

  inline(message, button) {
    if (button.url) return make("a", { class: "inline", href: button.url, target: "_blank", rel: "noopener noreferrer" }, `${button.text} ↗`);
    const key = `${message.id} ${button.callback_data}`;
    const waits = this.pending.get(message.id) === key;
    return make("button", { type: "button", class: `inline${waits ? " waits" : ""}`, "data-key": key, "aria-busy": waits ? "true" : null, onclick: () => this.tap(message, button, key) }, button.text);
  }

  async tap(message, button, key) {
    this.pending.set(message.id, key);
    const found = this.drawn.get(message.id)?.element.querySelector(`[data-key="${CSS.escape(key)}"]`);
    found?.classList.add("waits");
    const query = await this.acts.tap(message.id, button.callback_data);
    this.query = { id: query, message: message.id };
    if (query === undefined || this.done.has(query)) this.answered(query);
    else setTimeout(() => this.answered(query), 4000);
  }

  answered(query, text = "", alert = false) {
    this.done.add(query);
    if (this.query?.id === query) {
      this.pending.delete(this.query.message);
      this.drawn.get(this.query.message)?.element.querySelectorAll(".waits").forEach((each) => each.classList.remove("waits"));
      this.query = null;
    }
    if (!text) return;
    this.toast.textContent = text;
    this.toast.classList.toggle("alert", alert);
    this.toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { this.toast.hidden = true; }, alert ? 8000 : 3500);
  }

  updateControls(chat, group) {
    const menu = JSON.stringify(chat.menu || []);
    if (menu !== this.menuWas) {
      this.menuWas = menu;
      this.menuButton.hidden = !(chat.menu || []).length;
      this.menuPop.replaceChildren(...(chat.menu || []).map((each) => make("button", { type: "button", onclick: () => { this.closePops(); this.acts.send(`/${each.command}`); this.input.focus(); } }, make("code", {}, `/${each.command}`), make("span", {}, each.description))));
    }
    const rows = chat.keyboard?.keyboard || [];
    const keyboard = JSON.stringify(rows);
    if (keyboard !== this.keyboardWas) {
      this.keyboardWas = keyboard;
      this.keyboard.hidden = !rows.length;
      this.keyboard.replaceChildren(...rows.map((row) => make("div", { class: "keyboard-row" }, ...row.map((button) => make("button", { type: "button", onclick: () => this.acts.press(button.text) }, button.text)))));
      this.settle();
    }
    const bar = group ? null : chat.blocked ? "unblock" : !chat.started ? "start" : chat.waiting_link ? "start" : null;
    this.form.hidden = bar !== null && (chat.blocked || !chat.started);
    this.startBar.hidden = bar === null;
    if (bar !== this.barWas || this.startBar.dataset.link !== String(chat.waiting_link)) {
      this.barWas = bar;
      this.startBar.dataset.link = String(chat.waiting_link);
      const noted = chat.waiting_link && chat.started && bar === "start";
      if (bar) this.startBar.replaceChildren(noted ? make("span", {}, this.word("link_waits")) : "", make("button", { type: "button", class: "start", onclick: () => (bar === "start" ? this.acts.start() : this.acts.unblock()) }, this.word(bar)));
    }
  }
}

export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
