// Types lines into the REPL of MicroPython's WebAssembly port and prints what the screen shows.
//
//   node session.mjs FOLDER_OF_THE_PACKAGE < {"files": {"name.py": "text"}, "lines": ["1 + 1"]}

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const port = await import(pathToFileURL(`${process.argv[2]}/micropython.mjs`).href);
const { files, lines } = JSON.parse(readFileSync(0, "utf8"));
const decoder = new TextDecoder();
let screen = "";
const python = await port.loadMicroPython({
  linebuffer: false,
  stdout: (data) => {
    screen += decoder.decode(data, { stream: true });
  },
});
for (const [name, text] of Object.entries(files)) python.FS.writeFile(name, text);
python.replInit();
for (const line of lines) {
  for (const byte of new TextEncoder().encode(line + "\r")) python.replProcessChar(byte);
}
process.stdout.write(screen);
