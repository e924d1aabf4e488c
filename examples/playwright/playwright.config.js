const { defineConfig } = require("@playwright/test");

module.exports = defineConfig({
  // In milliseconds; enough for a machine that runs many browsers at once.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    launchOptions: {
      // The browser in CHROMIUM, or the one that `npx playwright install chromium` installs.
      executablePath: process.env.CHROMIUM || undefined,
      // As root, for example in a container, Chromium cannot use its sandbox.
      args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-background-networking"] : [],
    },
  },
});
