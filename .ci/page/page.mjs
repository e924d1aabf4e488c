// Tests the page of the virtual phones in a real browser, with and without a mouse, on wide and narrow screens. Usage: node page.mjs SANDBOX API CHROMIUM [FOLDER FOR PICTURES]
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core"), "utf8");
const [sandbox, api, executablePath, pictures] = process.argv.slice(2);
const AUTH = `Basic ${btoa("ACc0dec0dec0dec0dec0dec0dec0dec0de:sandbox")}`;
const SERVICE = "VAc0dec0dec0dec0dec0dec0dec0dec0de";

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});

const json = async (path) => (await fetch(sandbox + path)).json();
async function post(path, body) {
  const answer = await fetch(sandbox + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer;
}
// Requests a code from the sandbox. Returns the status of the answer.
async function start(to, more = {}) {
  const body = new URLSearchParams({ To: to, Channel: "sms", ...more });
  const answer = await fetch(`${sandbox}/v2/Services/${SERVICE}/Verifications`, { method: "POST", headers: { Authorization: AUTH }, body });
  return answer.status;
}
const codeOf = async (to) => (await fetch(`${sandbox}/sandbox/code?to=${encodeURIComponent(to)}`)).text();

// Opens a page, collects its errors, and checks that it requests nothing from other hosts.
async function open(options = {}, path = "/") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ["clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith(sandbox) && !request.url().startsWith("data:")) complaints.push(`asked ${request.url()}`); });
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => console.error(`CSP ${event.violatedDirective}`)));
  await page.goto(sandbox + path);
  await page.locator("#connection[data-state=live]").waitFor();
  return { page, complaints, close: () => context.close() };
}
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
async function accessible(page, where) {
  const found = await page.evaluate(`${axe}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] })`);
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`), [], where);
}

const tests = {
  async "a message appears by itself, and its code is copied with a click"() {
    const { page, complaints, close } = await open();
    await page.getByText("No message yet").waitFor();
    assert.equal(await start("+12015550100"), 201);
    await page.getByRole("button", { name: /\+12015550100/ }).click();
    const code = await codeOf("+12015550100");
    await page.locator(".bubble", { hasText: `verification code is: ${code}` }).waitFor();
    await page.getByRole("button", { name: `Copy the code ${code}` }).click();
    assert.equal(await clipboard(page), code);
    await page.getByRole("status").filter({ hasText: `Copied ${code}` }).waitFor();
    // The next message appears in the open thread, and none is lost or repeated.
    await start("+12015550100", { Channel: "call" });
    await page.locator(".bubble[data-channel=call]").waitFor();
    assert.equal(await page.locator(".bubble").count(), 2);
    assert.deepEqual(complaints, []);
    await close();
  },

  async "the keyboard alone suffices"() {
    await start("+12025550101");
    const { page, close } = await open();
    const code = await codeOf("+12025550101");
    const reach = async (locator) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press("Tab");
        if (await locator.evaluate((element) => element === document.activeElement)) return;
      }
      assert.fail(`${locator} is out of reach`);
    };
    await reach(page.getByRole("button", { name: /\+12025550101/ }));
    await page.keyboard.press("Enter");
    await reach(page.getByRole("button", { name: `Copy the code ${code}` }));
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: `Copied ${code}` }).waitFor();
    assert.equal(await clipboard(page), code);
    await reach(page.getByRole("button", { name: "+30 s" }));
    await page.keyboard.press("Space");
    await page.getByText("30 s ahead").waitFor();
    await page.getByRole("button", { name: "Back to real time" }).click();
    await close();
  },

  async "a filter finds a phone, and a link carries it"() {
    await start("+12035550102");
    await start("+12045550103");
    const { page, close } = await open();
    await page.getByLabel("Filter by number or address").fill("203 555");
    await page.locator("#phones button").first().waitFor();
    assert.equal(await page.locator("#phones button").count(), 1);
    await page.locator("#thread-title", { hasText: "+12035550102" }).waitFor();
    assert.ok(page.url().endsWith("#203%20555"), page.url());
    await close();
    const linked = await open({}, "/#204");
    await linked.page.locator("#phones button", { hasText: "+12045550103" }).waitFor();
    assert.equal(await linked.page.locator("#phones button").count(), 1);
    await linked.close();
  },

  async "the buttons move the clock, and others' moves show"() {
    const { page, close } = await open();
    await page.getByRole("button", { name: "+10 min" }).click();
    await page.getByText("600 s ahead").waitFor();
    assert.equal((await json("/sandbox/clock")).offset_seconds, 600);
    await post("/sandbox/clock", { advance_seconds: 60 });
    await page.getByText("660 s ahead").waitFor();
    await page.getByRole("button", { name: "Back to real time" }).click();
    await page.getByText("real time", { exact: true }).waitFor();
    assert.equal((await json("/sandbox/clock")).offset_seconds, 0);
    await close();
  },

  async "faults are made, seen to be hit, and removed"() {
    const { page, close } = await open();
    await page.getByLabel("Effect").selectOption("503");
    await page.getByRole("button", { name: "Add fault" }).click();
    await page.getByText("start: 503, hit 0 of 1").waitFor();
    assert.equal(await start("+12055550104"), 503);
    await page.getByText("start: 503, hit 1 of 1").waitFor();
    await page.getByRole("button", { name: /Remove the fault/ }).click();
    await page.getByText("No faults.").waitFor();
    assert.deepEqual((await json("/sandbox/faults")).faults, []);
    await close();
  },

  async "what a message says is text, whatever it says"() {
    const hostile = "\"><img/src=x/onerror=document.title='owned'>@example.com";
    assert.equal(await start(hostile, { Channel: "email" }), 201);
    const { page, complaints, close } = await open();
    await page.locator("#phones button", { hasText: "onerror" }).click();
    await page.locator(".bubble").first().waitFor();
    assert.equal(await page.locator("main img").count(), 0);
    assert.match(await page.title(), /^Virtual phones/);
    assert.deepEqual(complaints, []);
    await close();
  },

  async "a narrow screen shows one thing at a time and scrolls one way"() {
    await start("+12065550105");
    const { page, close } = await open({ viewport: { width: 320, height: 640 } });
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.ok(await fits(), "the list is wider than the screen");
    await page.getByRole("button", { name: /\+12065550105/ }).click();
    await page.locator(".bubble").first().waitFor();
    assert.ok(!await page.locator("#phones").isVisible());
    assert.ok(await fits(), "the thread is wider than the screen");
    if (pictures) await page.screenshot({ path: `${pictures}/narrow.png`, fullPage: true });
    await page.getByRole("button", { name: "‹ Phones" }).click();
    await page.locator("#phones").waitFor();
    await close();
  },

  async "passes the accessibility checks in light and dark mode"() {
    for (const channel of ["call", "whatsapp"]) await start("+12075550106", { Channel: channel });
    await start("+4915123456789");
    await post("/sandbox/faults", { operation: "check", fault: "drop" });
    for (const colorScheme of ["light", "dark"]) {
      const { page, close } = await open({ colorScheme, reducedMotion: "reduce" });
      await page.getByRole("button", { name: /\+12075550106/ }).click();
      await page.locator(".bubble").first().waitFor();
      await accessible(page, colorScheme);
      if (pictures) await page.screenshot({ path: `${pictures}/${colorScheme}.png`, fullPage: true });
      await close();
    }
    await fetch(`${sandbox}/sandbox/faults`, { method: "DELETE" });
  },

  async "reset"() {
    const { page, close } = await open();
    page.on("dialog", (dialog) => dialog.accept());
    await page.getByRole("button", { name: "Forget messages" }).click();
    await page.getByText("No message yet").waitFor();
    assert.deepEqual((await json("/sandbox/messages")).messages, []);
    await post("/sandbox/clock", { advance_seconds: 5 });
    await page.getByRole("button", { name: "Reset the sandbox" }).click();
    await page.getByText("The sandbox was reset").waitFor();
    assert.equal((await json("/sandbox/clock")).offset_seconds, 0);
    await close();
  },

  async "in dev it leads to the API's documentation"() {
    const { page, close } = await open();
    assert.equal(await page.getByRole("link", { name: "API", exact: true }).getAttribute("href"), `${api}/docs/`);
    await close();
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`passed: ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED: ${name}\n${error.stack}`);
  }
}
await browser.close();
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
