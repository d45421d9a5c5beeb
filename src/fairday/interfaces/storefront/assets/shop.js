// Comfort only: every page works without this file. No HTML is ever built from text (trusted types).
const base = document.body.dataset.base;
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// The basket's count and the greeting, on pages that are the same for everybody.
async function personal() {
  const answer = await fetch(`${base}/session.json`, { credentials: "same-origin" });
  if (!answer.ok) return;
  const { cart_count: count, name } = await answer.json();
  const badge = document.querySelector("[data-cart-count]");
  badge.hidden = !count;
  badge.firstElementChild.textContent = count;
  if (name) {
    const greeting = document.querySelector("[data-greeting]");
    greeting.textContent = `${greeting.dataset.greeting} ${name}`;
  }
}

// Suggestions while typing: a combobox with a list of options, as WAI-ARIA describes it.
function suggest(input) {
  const list = make("ul", { id: "suggestions", class: "suggestions", role: "listbox", "aria-label": input.dataset.countText });
  list.hidden = true;
  input.form.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", "suggestions"], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
  let at = -1, typed = "", timer = 0, asked = 0;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (next) => {
    const options = all("li", list);
    if (!options.length) return;
    at = (next + options.length + 1) % (options.length + 1);
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    if (at === options.length) { at = -1; input.value = typed; input.removeAttribute("aria-activedescendant"); return; }
    input.value = options[at].dataset.text;
    input.setAttribute("aria-activedescendant", options[at].id);
  };
  const go = (option) => { location.href = option.dataset.href; };
  const show = (items) => {
    list.replaceChildren(...items.map((item, n) => make("li", { id: `suggestion-${n}`, role: "option", "aria-selected": "false", "data-href": item.href, "data-text": item.text }, make("span", {}, item.text), make("span", { class: "soft small" }, item.hint))));
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(items.length > 0));
    at = -1;
  };
  const ask = async () => {
    typed = input.value.trim();
    const mine = ++asked;
    if (typed.length < 2) return close();
    const answer = await fetch(`${base}/suggest?q=${encodeURIComponent(typed)}`);
    if (answer.ok && mine === asked && document.activeElement === input) show((await answer.json()).items);
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 130); });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { input.value = typed; close(); event.preventDefault(); }
    else if (event.key === "ArrowDown" && !list.hidden) { mark(at + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp" && !list.hidden) { mark(at < 0 ? all("li", list).length - 1 : at - 1); event.preventDefault(); }
    else if (event.key === "Enter" && at >= 0) { go(all("li", list)[at]); event.preventDefault(); }
  });
  list.addEventListener("mousedown", (event) => { const option = event.target.closest("li"); if (option) { event.preventDefault(); go(option); } });
}

// Plus and minus beside a number.
function stepper(box) {
  const input = box.querySelector("input");
  const step = (by, name, sign) => {
    const button = make("button", { type: "button", "aria-label": `${sign}1 ${name}` }, sign);
    button.addEventListener("click", () => {
      const next = Math.min(Number(input.max), Math.max(Number(input.min), Number(input.value) + by));
      if (String(next) === input.value) return;
      input.value = next;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return button;
  };
  const name = box.closest("form").querySelector("label").textContent;
  box.prepend(step(-1, name, "−"));
  box.append(step(1, name, "+"));
}

// Inline validation: when a field is left, and again on sending. The server checks all of it once more.
function validate(form) {
  const words = document.querySelector("#sentences")?.content.firstElementChild.dataset ?? {};
  const fault = (field) => {
    const state = field.validity;
    if (state.valid) return "";
    if (state.valueMissing) return words.required ?? field.validationMessage;
    if (state.tooShort) return words.short ?? field.validationMessage;
    if (state.typeMismatch && field.type === "email") return words.email ?? field.validationMessage;
    return field.validationMessage;
  };
  const check = (field) => {
    const place = document.getElementById(`${field.id}-problem`);
    if (!place || !field.willValidate) return true;
    // What the server said of an optional field stays: taking it away would move the button that is being pressed.
    if (!field.required && "server" in place.dataset) return true;
    const problem = fault(field);
    place.textContent = problem;
    if (problem) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    return !problem;
  };
  form.addEventListener("focusout", (event) => { if (event.target.matches("input, select") && (event.target.value || event.target.hasAttribute("aria-invalid"))) check(event.target); });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "quote" || event.submitter?.formNoValidate) return;
    const wrong = all("input, select", form).filter((field) => !check(field));
    if (wrong.length) { event.preventDefault(); wrong[0].focus(); return; }
    const button = form.querySelector("[data-pay]");
    if (button) setTimeout(() => { button.disabled = true; });
  });
}

// What was chosen while an answer was on its way stays chosen, where it is still offered. Hidden fields are the server's.
function keep(old, fresh) {
  for (const field of all("select[name], input[name]:not([type=hidden])", old)) {
    const one = field.type === "radio";
    const twin = all(`[name="${field.name}"]`, fresh).find((other) => !one || other.value === field.value);
    if (!twin) continue;
    if (one) twin.checked ||= field.checked;
    else if (field.type === "checkbox") twin.checked = field.checked;
    else if (!twin.options || [...twin.options].some((option) => option.value === field.value)) twin.value = field.value;
  }
}

// Checkout: a new country, state or way of sending is priced by the server, and only the live parts are replaced.
function requote(form) {
  const button = form.querySelector("[data-quote-button]");
  button.type = "button";
  let asked = 0;
  form.addEventListener("change", (event) => {
    if (!["country", "region", "shipping", "use_credit"].includes(event.target.name)) return;
    const mine = ++asked;
    const body = new URLSearchParams(new FormData(form));
    body.set("do", "quote");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    form.setAttribute("aria-busy", "true");
    request.onloadend = () => {
      if (mine !== asked) return;
      form.removeAttribute("aria-busy");
      if (!request.response) return;
      for (const old of all("[data-live]", form)) {
        const fresh = request.response.querySelector(`[data-live="${old.dataset.live}"]`);
        if (!fresh || old.contains(document.activeElement)) continue;
        keep(old, fresh);
        old.replaceWith(document.adoptNode(fresh));
      }
    };
    request.send(body);
  });
}

function gallery(box) {
  const strip = box.querySelector("ul");
  const links = all(".thumbs a", box);
  links.forEach((link, n) => link.addEventListener("click", (event) => {
    event.preventDefault();
    strip.scrollTo({ left: strip.clientWidth * n, behavior: "smooth" });
  }));
  const mark = () => {
    const n = Math.round(strip.scrollLeft / Math.max(1, strip.clientWidth));
    links.forEach((link, i) => (i === n ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  };
  strip.addEventListener("scroll", mark, { passive: true });
  mark();
}

// A variant keeps the reader where they are on the page.
function variants(box) {
  box.addEventListener("click", (event) => {
    if (event.target.closest("a")) sessionStorage.setItem("variant-scroll", String(scrollY));
  });
}

for (const node of all("[data-hide-with-script]")) node.hidden = true;
for (const box of all("[data-stepper]")) stepper(box);
for (const form of all("[data-validate]")) validate(form);
for (const form of all("[data-requote]")) requote(form);
for (const form of all("[data-quantity]")) form.addEventListener("change", () => form.requestSubmit());
for (const form of all("[data-autosubmit]")) form.addEventListener("change", (event) => { if (event.target.matches("select, [type=checkbox], #min, #max")) form.requestSubmit(); });
// An empty field would only make the address longer, and the same page be cached twice.
for (const form of all("form[method=get]")) form.addEventListener("formdata", ({ formData }) => { for (const [name, value] of [...formData]) if (!value || (name === "sort" && value === "relevance")) formData.delete(name); });
for (const box of all("[data-gallery]")) if (box.querySelector(".thumbs")) gallery(box);
for (const box of all("[data-variants]")) variants(box);
const scroll = sessionStorage.getItem("variant-scroll");
if (scroll && document.querySelector("[data-variants]")) scrollTo(0, Number(scroll));
sessionStorage.removeItem("variant-scroll");
document.querySelector("[data-focus]")?.focus();
const input = document.querySelector("#q");
if (input) suggest(input);
if (!("private" in document.body.dataset)) personal();
