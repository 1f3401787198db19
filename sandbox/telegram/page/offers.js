// The bot's commands, offered after a slash.

import { el } from "./text.js";

export class Offers {
  constructor(box, choose) {
    this.box = box;
    this.choose = choose;
    this.commands = [];
    this.shown = [];
    this.at = 0;
  }

  get open() { return !this.box.hidden; }

  // Shows what fits the text before the first space; anything else closes it.
  look(text) {
    const typed = /^\/([a-z0-9_]*)$/i.exec(text);
    this.shown = typed ? this.commands.filter((c) => c.command.startsWith(typed[1].toLowerCase())) : [];
    this.at = 0;
    this.draw();
  }

  all() {
    this.shown = this.open ? [] : this.commands;
    this.at = 0;
    this.draw();
  }

  close() { this.shown = []; this.draw(); }

  move(step) {
    this.at = (this.at + step + this.shown.length) % this.shown.length;
    this.draw();
  }

  take(send) { this.choose(this.shown[this.at].command, send); }

  draw() {
    this.box.hidden = this.shown.length === 0;
    this.box.replaceChildren(...this.shown.map((one, place) => el("button", {
      type: "button", class: `offer${place === this.at ? " at" : ""}`, role: "option",
      "data-testid": "command", "aria-selected": place === this.at ? "true" : "false",
      onmousedown: (event) => event.preventDefault(),
      onclick: () => this.choose(one.command, true),
    }, el("b", {}, `/${one.command}`), el("span", { dir: "auto" }, one.description))));
    const chosen = this.box.children[this.at];
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
  }
}
