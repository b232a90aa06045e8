// Compares the Layer Explorer's functions with a table that PyTorch made.
//
//   node explorer_check.mjs LAYERS names        the exercises and mistakes they know
//   node explorer_check.mjs LAYERS table FILE   what differs, as JSON
//   node explorer_check.mjs LAYERS lines FILE   the line of each case of a layer, as JSON

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { differences } from "./explorer_compare.mjs";

const [folder, command, file] = process.argv.slice(2);
const explorer = await import(pathToFileURL(`${folder}/index.js`));
const table = file ? JSON.parse(readFileSync(file, "utf8")) : null;

const commands = {
  names: () => explorer.known(),
  table: () => differences(explorer, table),
  lines: () => table.layers.map(([id, args, input]) => explorer.layerOf(id).line(args, input)),
};

process.stdout.write(JSON.stringify(commands[command]()));
