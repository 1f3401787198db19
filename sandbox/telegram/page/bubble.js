// One message as a bubble, with its keyboard and its earlier revisions.

import { el, formatted, icon } from "./text.js";

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return "Today";
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en", { day: "numeric", month: "long", year });
}

export function colour(id) {
  return `c${Math.abs(Number(id)) % 7}`;
}

export function initials(name) {
  const words = (name || "?").replace(/[^\p{L}\p{N}\s]/gu, "").trim().split(/\s+/);
  return words.slice(0, 2).map((word) => [...word][0] || "").join("").toUpperCase() || "·";
}

export function paintAvatar(node, id, name) {
  node.className = node.className.replace(/\bc\d\b/g, "").trim() + ` ${colour(id)}`;
  node.textContent = initials(name);
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function media(message) {
  const { kind, name, file_id: fileId, size: bytes } = message.media;
  const url = `/sandbox/files/${encodeURIComponent(fileId)}`;
  const caption = el("div", { class: "file-names" }, el("b", { dir: "auto" }, name), el("span", {}, bytes ? size(bytes) : kind));
  const row = el("a", { class: "file", "data-testid": "media", href: url, target: "_blank", rel: "noopener" },
    el("span", { class: "file-icon" }, icon("file")), caption);
  if (kind !== "photo" || !bytes) return row;
  const picture = el("img", { class: "photo", src: url, alt: name, "data-testid": "media" });
  picture.addEventListener("error", () => picture.replaceWith(row));
  return picture;
}

function keyboard(message, hands) {
  const rows = (message.reply_markup && message.reply_markup.inline_keyboard) || [];
  if (!rows.length) return null;
  let place = 0;
  return el("div", { class: "keyboard", "data-testid": "keyboard" }, ...rows.map((row) =>
    el("div", { class: "keys" }, ...row.map((button) => key(button, place++, message, hands)))));
}

function key(button, place, message, hands) {
  const label = el("span", { dir: "auto" }, button.text);
  if (button.url) {
    const web = /^(https?|tg):/i.test(button.url) ? button.url : null;
    return el("a", { class: "key", "data-testid": "button", href: web, target: "_blank", rel: "noopener noreferrer", title: button.url },
      label, icon("link"));
  }
  const waits = hands.isWaiting(message, button.callback_data);
  return el("button", {
    class: `key${waits ? " waits" : ""}`, type: "button", "data-testid": "button", "data-place": place,
    onclick: () => hands.tap(message, place),
  }, label);
}

function earlier(message) {
  const box = el("div", { class: "earlier", "data-testid": "revisions", hidden: true });
  for (const revision of message.revisions.slice(0, -1)) {
    box.append(el("div", { class: "revision" }, el("span", { class: "when" }, clock(revision.date)),
      formatted(revision.text, revision.entities)));
  }
  return box;
}

function current(message) {
  return message.revisions[message.revisions.length - 1];
}

export function withCurrent(message) {
  return { ...current(message), ...message, date: message.date };
}

export function service(message) {
  return el("div", { class: "pill", "data-testid": "service", dir: "auto" }, current(message).text);
}

// `look`: own (written by the person who looks), named (show who), first / last of a run.
export function bubble(raw, look, hands) {
  const message = withCurrent(raw);
  if (message.service) return service(message);
  const meta = el("span", { class: "meta" });
  const body = el("div", { class: "bubble" });
  if (look.named) body.append(el("div", { class: `name ${colour(message.sender_id || message.chat_id)}`, dir: "auto" }, message.sender_name));
  if (look.topic) body.append(el("div", { class: "in-topic", dir: "auto", "data-testid": "in-topic" }, `# ${look.topic}`));
  if (look.reply) {
    const quoted = withCurrent(look.reply);
    body.append(el("div", { class: "reply" }, el("b", { dir: "auto" }, quoted.sender_name), el("span", { dir: "auto" }, quoted.text.slice(0, 90))));
  }
  if (message.media) body.append(media(message));
  const text = formatted(message.text, message.entities, hands.command);
  text.setAttribute("data-testid", "message-text");
  if (message.text_edited_at) {
    const past = earlier(message);
    meta.append(el("button", {
      class: "edited", type: "button", "data-testid": "edited", title: "What it said before",
      onclick: () => { past.hidden = !past.hidden; },
    }, "edited"));
    body.append(past);
  }
  meta.append(el("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)));
  text.append(meta);
  body.append(text);
  const kind = [look.own ? "own" : "other", look.first ? "first" : "", look.last ? "last" : "", message.media ? "with-media" : ""];
  return el("article", {
    class: `message ${kind.join(" ")}`, "data-testid": "message", "data-message-id": message.message_id,
    "data-from": message.from_bot ? "bot" : "user", "data-topic-id": message.topic_id,
    "data-revisions": message.revisions.length,
  }, body, keyboard(message, hands));
}
