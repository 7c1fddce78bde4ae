/** Makes tabs of the texts of an action: one is shown at a time. */
export function attachTexts(): void {
  for (const block of document.querySelectorAll<HTMLElement>(".texts")) {
    const texts = [...block.querySelectorAll<HTMLElement>(".text")];
    const head = block.closest("section")?.querySelector(".head");
    if (texts.length < 2 || !head) continue;
    const group = document.createElement("div");
    group.className = "tabs";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Which text");
    const buttons = texts.map((text) => tabFor(text));
    const show = (chosen: number) => {
      for (const [index, text] of texts.entries()) {
        text.hidden = index !== chosen;
        buttons[index]?.setAttribute("aria-pressed", String(index === chosen));
      }
    };
    for (const [index, button] of buttons.entries()) {
      button.addEventListener("click", () => show(index));
    }
    group.append(...buttons);
    head.append(group);
    show(0);
  }
}

function tabFor(text: HTMLElement): HTMLButtonElement {
  const button = document.createElement("button");
  const name = text.querySelector("h3");
  button.type = "button";
  button.textContent = name?.textContent ?? "";
  if (name) name.hidden = true;
  return button;
}
