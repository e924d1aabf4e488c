const { defineConfig } = require("@playwright/test");

module.exports = defineConfig({
  // Milliseconds, with room for a machine that runs many browsers at once.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    launchOptions: {
      // A browser of the system's, where one is named; otherwise the one of `npx playwright install chromium`.
      executablePath: process.env.CHROMIUM || undefined,
      // Chromium as root, as in a container, has no sandbox; and it need not call home.
      args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-background-networking"] : [],
    },
  },
});
