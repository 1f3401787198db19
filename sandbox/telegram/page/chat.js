// The page: the state that the server tells, the chat that is open, and what a person does.

import { follow, verb } from "./api.js";
import { bubble, clock, day, paintAvatar, withCurrent } from "./bubble.js";
import { Offers } from "./offers.js";
import { el } from "./text.js";

const SHOWN = 200;
const find = (id) => document.querySelector(`[data-testid="${id}"]`);
const ui = {
  app: find("app"), chats: find("chat-list"), title: find("chat-title"), status: find("chat-status"),
  topics: find("topics"), scroll: find("messages"), column: document.querySelector(".column"),
  jump: find("jump"), form: find("composer"), input: find("input"), send: find("send"),
  writer: find("writer"), select: find("writer-select"), wide: find("wide-action"),
  block: find("block"), empty: find("nothing-open"), toasts: find("toasts"), alert: find("alert"),
  slash: find("commands-button"), avatar: document.querySelector('[data-role="head-avatar"]'),
};
const world = { bot: null, users: new Map(), chats: new Map(), messages: new Map(), waiting: new Map(), about: "" };
const view = { chat: null, topic: null, more: SHOWN, writer: new Map(), seen: new Map(), unseen: 0, action: 0, drawn: new Map() };

const chat = () => world.chats.get(view.chat);
const messagesOf = (id) => world.messages.get(id) || new Map();
const living = (id) => [...messagesOf(id).values()].filter((m) => m.deleted_at == null);

function name(one) {
  if (one.title) return one.title;
  const user = world.users.get(one.user_id);
  return user ? [user.first_name, user.last_name].filter(Boolean).join(" ") : String(one.id);
}

function present(one) {
  return Object.entries(one.members).filter(([, s]) => s !== "left" && s !== "kicked").map(([id]) => Number(id));
}

function writer() {
  const one = chat();
  if (!one || one.type === "channel") return null;
  if (one.user_id != null) return one.user_id;
  const people = present(one);
  return people.includes(view.writer.get(one.id)) ? view.writer.get(one.id) : people[0];
}

// ---- the list of chats

function drawChats() {
  const last = (one) => living(one.id).reduce((found, m) => (!found || m.date >= found.date ? m : found), null);
  const rows = [...world.chats.values()].filter((one) => one.migrated_to == null)
    .map((one) => ({ one, last: last(one) }))
    .sort((a, b) => (b.last ? b.last.date : 0) - (a.last ? a.last.date : 0));
  ui.chats.replaceChildren(...rows.map(({ one, last: message }) => chatRow(one, message)));
  ui.empty.hidden = view.chat != null;
  ui.empty.querySelector(".begin").hidden = rows.length > 0;
}

function chatRow(one, message) {
  const avatar = el("div", { class: "avatar" });
  paintAvatar(avatar, one.id, name(one));
  const said = message ? withCurrent(message) : null;
  const who = said && one.type !== "private" && one.type !== "channel" && !said.service ? `${said.sender_name}: ` : "";
  const fresh = living(one.id).filter((m) => m.from_bot && m.message_id > (view.seen.get(one.id) || 0)).length;
  const line = said ? (said.text || (said.media ? `📎 ${said.media.name}` : "")) : "no messages yet";
  return el("button", {
    type: "button", class: `chat${one.id === view.chat ? " open" : ""}`, "data-testid": "chat-item",
    "data-chat-id": one.id, onclick: () => openChat(one.id),
  }, avatar, el("div", { class: "chat-body" },
    el("div", { class: "chat-line" }, el("b", { dir: "auto" }, name(one)), el("time", {}, said ? clock(said.date) : "")),
    el("div", { class: "chat-line" },
      el("span", { class: "preview", dir: "auto" }, who ? el("em", {}, who) : null, line.replace(/\s+/g, " ").slice(0, 120)),
      fresh && one.id !== view.chat ? el("span", { class: "badge", "data-testid": "unread" }, fresh) : null)));
}

// ---- the open chat

function openChat(id) {
  if (view.chat !== id) Object.assign(view, { chat: id, topic: null, more: SHOWN, unseen: 0, action: 0, drawn: new Map() });
  ui.app.dataset.view = "talk";
  location.hash = `#${id}`;
  loadCommands();
  drawTalk();
  toEnd();
  if (matchMedia("(min-width: 760px)").matches) ui.input.focus();
}

function drawTalk() {
  const one = chat();
  ui.app.dataset.open = one ? "yes" : "no";
  drawChats();
  if (!one) return;
  ui.title.textContent = one.user_id != null ? world.bot.first_name : name(one);
  paintAvatar(ui.avatar, one.user_id != null ? world.bot.id : one.id, ui.title.textContent);
  ui.avatar.classList.toggle("bot", one.user_id != null);
  drawStatus();
  drawTopics(one);
  drawMessages();
  drawComposer(one);
}

function drawStatus() {
  const one = chat();
  if (!one) return;
  const people = Object.values(one.members).filter((s) => s !== "left" && s !== "kicked").length;
  const private_ = one.user_id != null;
  const kinds = { group: `group · ${people + 1} members`, supergroup: `${one.is_forum ? "forum" : "supergroup"} · ${people + 1} members`, channel: "channel" };
  const acts = Date.now() < view.action;
  ui.status.textContent = acts ? "typing…" : private_ ? `bot · you are ${name(one)}` : kinds[one.type];
  ui.status.classList.toggle("acts", acts);
}

function drawTopics(one) {
  const topics = Object.values(one.topics).filter((t) => t.state !== "deleted");
  ui.topics.hidden = !one.is_forum;
  const tabs = [{ id: null, name: "All", state: "open" }, ...topics];
  ui.topics.replaceChildren(...tabs.map((topic) => el("button", {
    type: "button", role: "tab", class: `topic${topic.id === view.topic ? " open" : ""}`, "data-testid": "topic",
    "aria-selected": topic.id === view.topic ? "true" : "false", "data-topic-id": topic.id, dir: "auto",
    onclick: () => { view.topic = topic.id; drawTalk(); toEnd(); },
  }, topic.state === "closed" ? `🔒 ${topic.name}` : topic.name)));
}

function shown() {
  return living(view.chat).filter((m) => view.topic == null || m.topic_id === view.topic);
}

function drawMessages() {
  const near = isNearEnd();
  const all = shown();
  const some = all.slice(-view.more);
  const nodes = [];
  if (all.length > some.length) {
    nodes.push(el("button", { type: "button", class: "pill more", onclick: () => { view.more += SHOWN; drawMessages(); } }, "Show earlier messages"));
  }
  if (!all.length) nodes.push(el("div", { class: "welcome" }, el("b", {}, "No messages here yet"), el("p", {}, world.about || "Write something, or type / to see what the bot can do.")));
  const me = writer();
  const kept = new Map();
  some.forEach((message, place) => {
    const before = some[place - 1];
    const after = some[place + 1];
    if (!before || day(before.date) !== day(message.date)) nodes.push(el("div", { class: "pill day" }, day(message.date)));
    const look = lookOf(message, before, after, me);
    const waits = hands.waitsOn(message);
    const old = view.drawn.get(message.message_id);
    const same = old && old.message === message && old.waits === waits && Object.keys(look).every((k) => old.look[k] === look[k]);
    const drawn = same ? old : { message, look, waits, node: bubble(message, look, hands) };
    kept.set(message.message_id, drawn);
    nodes.push(drawn.node);
  });
  view.drawn = kept;
  settle(ui.column, nodes);
  if (near) toEnd();
}

// Moves only what has to move, so that a selection or an opened history survives a new message.
function settle(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, place) => { if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] || null); });
}

function lookOf(message, before, after, me) {
  const same = (a, b) => a && b && !a.service && !b.service && a.sender_id === b.sender_id && Math.abs(a.date - b.date) < 600;
  const own = !message.from_bot && message.sender_id === me && me != null;
  const one = chat();
  return {
    own, first: !same(before, message), last: !same(message, after),
    named: !own && one.type !== "private" && !same(before, message),
    topic: view.topic == null && message.topic_id != null && one.topics[message.topic_id] && (!same(before, message) || before.topic_id !== message.topic_id) ? one.topics[message.topic_id].name : "",
    reply: message.reply_to != null ? messagesOf(view.chat).get(message.reply_to) : null,
  };
}

function isNearEnd() {
  return ui.scroll.scrollHeight - ui.scroll.scrollTop - ui.scroll.clientHeight < 120;
}

function toEnd() {
  ui.scroll.scrollTop = ui.scroll.scrollHeight;
  markSeen();
}

function markSeen() {
  if (view.chat == null || document.hidden) return;
  view.unseen = 0;
  view.seen.set(view.chat, Math.max(0, ...messagesOf(view.chat).keys()));
  ui.jump.hidden = isNearEnd();
}

// ---- writing

function drawComposer(one) {
  const blocked = one.user_id != null && one.bot_status === "kicked";
  const gone = one.user_id == null && (one.bot_status === "kicked" || one.bot_status === "left");
  const fresh = one.user_id != null && !blocked && living(one.id).length === 0;
  ui.block.hidden = one.user_id == null || blocked;
  ui.wide.hidden = !(blocked || gone || fresh);
  ui.form.classList.toggle("is-wide", !ui.wide.hidden);
  ui.wide.textContent = blocked ? "Unblock bot" : gone ? "Add the bot again" : "Start";
  ui.wide.onclick = () => attempt(async () => {
    if (blocked) await verb("unblock_bot", { user_id: one.user_id });
    else if (gone) await verb("add_bot", { chat_id: one.id });
    else await write("/start");
  });
  const people = one.user_id == null && one.type !== "channel" ? present(one) : [];
  ui.writer.hidden = people.length < 2;
  ui.select.replaceChildren(...people.map((id) => el("option", { value: id, selected: id === writer() }, name({ user_id: id, id }))));
  if (people.length) paintAvatar(ui.writer.querySelector(".avatar"), writer(), name({ user_id: writer(), id: writer() }));
  ui.input.placeholder = one.type === "channel" ? "Post to the channel" : people.length > 1 ? `Write as ${name({ user_id: writer(), id: writer() })}` : "Message";
}

const offers = new Offers(find("commands"), (command, send) => {
  offers.close();
  if (send) return attempt(() => write(`/${command}`));
  ui.input.value = `/${command} `;
  ui.input.focus();
});

async function loadCommands() {
  if (view.chat == null) return;
  offers.commands = await verb("offered_commands", { chat_id: view.chat, user_id: writer() });
  ui.slash.hidden = offers.commands.length === 0;
}

async function write(text) {
  await verb("send_text", { chat_id: view.chat, text, user_id: writer(), topic_id: view.topic });
  ui.input.value = "";
  grow();
  toEnd();
}

function grow() {
  ui.input.style.height = "auto";
  ui.input.style.height = `${Math.min(ui.input.scrollHeight, 160)}px`;
  ui.form.classList.toggle("has-text", ui.input.value.trim() !== "");
}

async function attempt(act) {
  try { await act(); } catch (error) { toast(error.message, "problem"); }
}

const hands = {
  command: (text) => attempt(() => write(text)),
  waitsOn: (message) => [...world.waiting.values()].filter((w) => w.chat_id === message.chat_id && w.message_id === message.message_id).map((w) => w.data).join(" "),
  isWaiting: (message, data) => [...world.waiting.values()].some((w) => w.chat_id === message.chat_id && w.message_id === message.message_id && w.data === data),
  tap: (message, place) => attempt(() => verb("tap", { chat_id: message.chat_id, message_id: message.message_id, button: place, user_id: writer() })),
};

function toast(text, kind = "answer") {
  const node = el("div", { class: `toast ${kind}`, "data-testid": "toast", dir: "auto" }, text);
  ui.toasts.append(node);
  setTimeout(() => node.classList.add("leaving"), 3600);
  setTimeout(() => node.remove(), 4000);
}

// ---- what the server tells

function take(event) {
  const { kind, body } = event;
  if (kind === "message") takeMessage(body);
  else if (kind === "user") world.users.set(body.id, body);
  else if (kind === "chat") takeChat(body);
  else if (kind === "callback") takeCallback(body);
  else if (kind === "commands") loadCommands();
  else if (kind === "action" && body.chat_id === view.chat) { view.action = Date.now() + 5000; drawStatus(); setTimeout(drawStatus, 5100); }
}

function takeMessage(message) {
  const known = messagesOf(message.chat_id);
  const isNew = !known.has(message.message_id);
  known.set(message.message_id, message);
  world.messages.set(message.chat_id, known);
  if (message.from_bot && message.chat_id === view.chat) view.action = 0;
  if (message.chat_id === view.chat && isNew && !isNearEnd()) view.unseen += 1;
  later();
}

function takeChat(one) {
  world.chats.set(one.id, one);
  if (one.migrated_to != null && view.chat === one.id) return openChat(one.migrated_to);
  return later();
}

function takeCallback(callback) {
  if (callback.answered_at == null) world.waiting.set(callback.id, callback);
  else {
    const wasOurs = world.waiting.delete(callback.id) && callback.chat_id === view.chat;
    if (wasOurs && callback.show_alert) { ui.alert.querySelector("p").textContent = callback.answer_text || ""; ui.alert.showModal(); }
    else if (wasOurs && callback.answer_text) toast(callback.answer_text);
  }
  later();
}

let planned = false;
function later() {
  if (planned) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    const near = isNearEnd();
    drawTalk();
    if (near) markSeen();
    ui.jump.hidden = isNearEnd() || view.chat == null;
    ui.jump.querySelector(".badge").textContent = view.unseen || "";
  }, 16);
}

async function load() {
  const state = await verb("state");
  world.bot = state.bot;
  world.about = state.about;
  world.users = new Map(state.users.map((u) => [u.id, u]));
  world.chats = new Map(state.chats.map((c) => [c.id, c]));
  world.messages = new Map(state.chats.map((c) => [c.id, new Map()]));
  world.waiting.clear();
  for (const message of state.messages) world.messages.get(message.chat_id).set(message.message_id, message);
  find("bot-name").textContent = world.bot.first_name;
  document.title = `${world.bot.first_name} · Telegram sandbox`;
  const wanted = Number(location.hash.slice(1));
  if (!world.chats.has(view.chat)) view.chat = null;
  if (view.chat == null && world.chats.has(wanted)) openChat(wanted);
  else if (view.chat == null && world.chats.size && matchMedia("(min-width: 760px)").matches) openChat([...world.chats.keys()][0]);
  else { drawTalk(); loadCommands(); }
  return state.seq;
}

// ---- what the person does

ui.form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = ui.input.value.trim();
  offers.close();
  if (text) attempt(() => write(text));
});
ui.input.addEventListener("input", () => { grow(); offers.look(ui.input.value); });
ui.input.addEventListener("blur", () => setTimeout(() => offers.close(), 150));
ui.input.addEventListener("keydown", (event) => {
  if (offers.open && ["ArrowDown", "ArrowUp", "Tab", "Escape"].includes(event.key)) {
    event.preventDefault();
    if (event.key === "ArrowDown") offers.move(1);
    else if (event.key === "ArrowUp") offers.move(-1);
    else if (event.key === "Tab") offers.take(false);
    else offers.close();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ui.form.requestSubmit();
  }
});
ui.slash.addEventListener("mousedown", (event) => event.preventDefault());
ui.slash.addEventListener("click", () => { offers.all(); ui.input.focus(); });
ui.select.addEventListener("change", () => {
  view.writer.set(view.chat, Number(ui.select.value));
  loadCommands();
  drawTalk();
});
ui.block.addEventListener("click", () => attempt(() => verb("block_bot", { user_id: chat().user_id })));
ui.jump.addEventListener("click", () => { toEnd(); later(); });
ui.scroll.addEventListener("scroll", () => { if (isNearEnd()) markSeen(); ui.jump.hidden = isNearEnd(); }, { passive: true });
find("back").addEventListener("click", () => { ui.app.dataset.view = "list"; view.chat = null; history.replaceState(null, "", " "); drawTalk(); });
find("begin").addEventListener("click", () => attempt(async () => {
  const user = [...world.users.values()][0] || await verb("create_user", { first_name: "You" });
  world.users.set(user.id, user);
  const made = await verb("create_private_chat", { user_id: user.id });
  world.chats.set(made.id, made);
  openChat(made.id);
}));
document.addEventListener("visibilitychange", () => { if (!document.hidden && isNearEnd()) { markSeen(); drawChats(); } });

follow(load, take, (state) => {
  const sign = find("connection");
  sign.dataset.state = state;
  sign.textContent = state === "live" ? "live" : "connecting…";
});
