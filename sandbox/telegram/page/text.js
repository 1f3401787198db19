// Text with entities as DOM nodes. Nothing that was said ever becomes HTML source.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

function safeUrl(url) {
  try {
    const parsed = new URL(url.includes("://") ? url : `http://${url}`);
    return ["http:", "https:", "tg:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

function link(url) {
  const href = safeUrl(url);
  if (!href) return el("span");
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", title: href });
}

function wrapper(entity, said, onCommand) {
  switch (entity.type) {
    case "bold": return el("b");
    case "italic": return el("i");
    case "underline": return el("u");
    case "strikethrough": return el("s");
    case "code": return el("code");
    case "pre": return el("pre", { "data-language": entity.language });
    case "blockquote": return el("blockquote");
    case "expandable_blockquote": return el("blockquote", { class: "expandable" });
    case "spoiler": {
      const spoiler = el("span", { class: "spoiler", title: "Spoiler" });
      spoiler.addEventListener("click", () => spoiler.classList.add("shown"));
      return spoiler;
    }
    case "text_link": return link(entity.url || "");
    case "url": return link(said);
    case "email": return el("a", { href: `mailto:${encodeURIComponent(said)}` });
    case "bot_command":
      return el("a", { class: "inner", role: "button", tabindex: "0", onclick: () => onCommand(said) });
    case "mention": case "hashtag": case "cashtag": case "text_mention":
      return el("span", { class: "inner" });
    default: return el("span");
  }
}

const BLOCKS = new Set(["PRE", "BLOCKQUOTE"]);

// Offsets count UTF-16 units, which is what JavaScript's strings are made of.
function fill(parent, text, start, end, entities, onCommand) {
  let at = start;
  const rest = [...entities];
  while (rest.length) {
    const entity = rest.shift();
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    if (from > at) parent.append(text.slice(at, from));
    const inner = [];
    while (rest.length && rest[0].offset < to) {
      const next = rest.shift();
      inner.push(next);
      const beyond = next.offset + next.length - to;
      if (beyond > 0) rest.unshift({ ...next, offset: to, length: beyond });
      if (beyond > 0) break;
    }
    const node = wrapper(entity, text.slice(from, to), onCommand);
    fill(node, text, from, to, inner, onCommand);
    parent.append(node);
    at = to;
    // a block ends its line by itself
    if (BLOCKS.has(node.tagName) && text[at] === "\n" && at < end) at += 1;
  }
  if (at < end) parent.append(text.slice(at, end));
}

export function formatted(text, entities, onCommand = () => {}) {
  const node = el("div", { class: "text", dir: "auto" });
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  fill(node, text, 0, text.length, sorted, onCommand);
  return node;
}
