// Takes the pictures of the README: the virtual phones after a few log-ins, and Swagger UI.
// Usage: node screenshots.mjs SANDBOX API CHROMIUM FOLDER. `screenshots.sh` beside this file does the rest.
import { createRequire } from "node:module";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const [sandbox, api, executablePath, folder] = process.argv.slice(2);
const PASSWORD = "correct horse battery staple";

async function post(path, body, token) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(api + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function advance(seconds) {
  const body = JSON.stringify({ advance_seconds: seconds });
  await fetch(`${sandbox}/sandbox/clock`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

const people = [
  { name: "Grace Hopper", username: "grace", phone_number: "+12025550104", locale: "en" },
  { name: "Émilie du Châtelet", username: "emilie", phone_number: "+33612345678", locale: "fr" },
  { name: "Emmy Noether", username: "emmy", phone_number: "+4915112345678", locale: "de" },
  { name: "Ada Lovelace", username: "ada", phone_number: "+12015550123", locale: "en" },
];
for (const { locale, ...person } of people) {
  const email = `${person.username}@example.com`;
  await post("/v1/users/signup", { ...person, email, password: PASSWORD });
  const { password_ok_token } = await post("/v1/users/login", { email, password: PASSWORD, locale });
  await advance(31);
  if (person.username === "emmy") {
    await post("/v1/users/resend", { channel: "call", locale }, password_ok_token);
  }
}

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
const viewport = { width: 1120, height: 628 };
const context = await browser.newContext({ viewport, deviceScaleFactor: 2, colorScheme: "light", reducedMotion: "reduce" });

const phones = await context.newPage();
await phones.goto(sandbox);
await phones.locator("#connection[data-state=live]").waitFor();
await phones.locator("#phones button", { hasText: "+4915112345678" }).click();
await phones.locator(".bubble").nth(1).waitFor();
await phones.screenshot({ path: `${folder}/virtual-phones.png`, fullPage: true });

const docs = await context.newPage();
await docs.goto(`${api}/docs/`);
await docs.locator("#operations-Log_in-signup").waitFor();
await docs.evaluate(() => document.querySelector("#operations-tag-Log_in").scrollIntoView());
await docs.screenshot({ path: `${folder}/swagger-ui.png` });
await browser.close();
