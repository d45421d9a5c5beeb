// Comfort and passkeys; everything but passkeys works without this file. No HTML is ever built from text (trusted types).
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// The menu folds on a phone.
for (const button of all(".menu-button")) {
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => button.setAttribute("aria-expanded", String(menu.classList.toggle("open"))));
}

document.querySelector("[data-focus]")?.focus();

// One press is enough: a second would only be told that somebody was faster.
for (const form of all("form[method=post]")) {
  form.addEventListener("submit", () => setTimeout(() => { for (const button of all("button", form)) button.disabled = true; }));
}
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Fill all pieces, or none.
for (const button of all("[data-fill]")) {
  button.hidden = false;
  button.addEventListener("click", () => { for (const input of all("input[max]", button.closest("form"))) if (input.type === "number" && input.dataset.pieces !== undefined) input.value = input.max; });
}

// Passkeys: what the server asked for is in data-passkey; the answer goes back in the form's hidden field.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const decoded = (options) => {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"]) for (const one of options[list] ?? []) one.id = bytes(one.id);
  return options;
};
const encoded = ({ id, rawId, type, response, authenticatorAttachment }) => {
  const said = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) if (response[name]) said[name] = text(response[name]);
  if (response.getTransports) said.transports = response.getTransports();
  return JSON.stringify({ id, rawId: text(rawId), type, authenticatorAttachment, clientExtensionResults: {}, response: said });
};
for (const form of all("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  let ready = false;
  form.addEventListener("submit", async (event) => {
    if (ready) return;
    event.preventDefault();
    const options = decoded(JSON.parse(form.dataset.passkey));
    try {
      const made = options.user ? await navigator.credentials.create({ publicKey: options }) : await navigator.credentials.get({ publicKey: options });
      form.elements.credential.value = encoded(made);
      ready = true;
      form.requestSubmit();
    } catch {
      for (const button of all("button", form)) button.disabled = false;
      form.querySelector("[data-failed]").hidden = false;
    }
  });
}
