/**
 * The page's address: what stands behind its "#".
 *
 *     #conv2d?in_channels=3&kernel_size=(3,5)&padding=same&input_shape=1,3,32,32
 *     #conv2d_params?...           an exercise: the layer that answers it
 *     #net=Linear(784,10)&input=1,784
 *     #net=...&cache=(1,4096)      of a language model: the batch and the length of its KV cache
 *
 * Values are spelled as in Python or in JSON. What cannot be used is said in a sentence, and the
 * rest is used.
 */

import { accept, acceptText, fitted, inputSpec, jointsOf, startOf } from "./arguments.js";
import { byExercise, layerOf, layers, placed } from "./layers/index.js";
import { python, same } from "./layers/python.js";
import { Name, numberOf, readValue } from "./reader.js";

/** @returns {{ view, layer?, args?, input?, text?, inputText?, cacheText?, said: string[] }} */
export function readAddress(hash) {
  const text = hash.replace(/^#/, "");
  const [name, ...rest] = text.split("?");
  if (/^(net|input|cache)=/.test(text)) {
    const entries = new Map(entriesOf(text));
    return {
      view: "network",
      text: entries.get("net") ?? "",
      inputText: entries.get("input") ?? "",
      cacheText: entries.get("cache") ?? "",
      said: [],
    };
  }
  if (name === "network") {
    return { view: "network", text: null, inputText: "", cacheText: "", said: [] };
  }
  const entries = entriesOf(rest.join("?"));
  const layer = layerOf(name);
  if (layer) {
    return { view: "layer", layer, ...readArguments(layer, entries) };
  }
  if (byExercise.has(name)) {
    return { view: "layer", ...readQuestion(name, text.includes("?") ? entries : null) };
  }
  const meant = layerCalled(name);
  if (meant) {
    return { view: "layer", layer: meant, ...readArguments(meant, entries) };
  }
  const said = name ? [`There is no layer and no exercise called “${name}”.`] : [];
  return { view: "layer", layer: layers[0], ...startOf(layers[0]), said };
}

/** The layer of a class's name: `nn.Conv2d`, or `Conv2d`. */
const layerCalled = (name) => layers.find((layer) =>
  layer.name.startsWith("nn.") && [layer.name, layer.name.slice(3)].includes(name));

function entriesOf(text) {
  return text
    .split("&")
    .filter(Boolean)
    .map((entry) => {
      const [name, ...value] = entry.split("=");
      return [decoded(name), decoded(value.join("="))];
    });
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is no reason to read nothing
  }
}

function readArguments(layer, entries) {
  const { args, input } = startOf(layer);
  const state = { args, input, said: [] };
  const given = new Set();
  for (const [name, text] of entries) {
    const sentence = take(layer, state, name, text);
    if (sentence) {
      state.said.push(sentence);
    } else {
      given.add(name);
    }
  }
  agree(layer, state, given);
  return state;
}

/** Puts one entry where it belongs; returns a sentence where it belongs nowhere. */
function take(layer, state, name, text) {
  const spec = layer.arguments.find((one) => one.name === name);
  if (spec) {
    const { value, sentence } = acceptText(spec, text);
    if (!sentence) {
      state.args[name] = value;
    }
    return sentence;
  }
  if (layer.input && (name === layer.input.name || name === "input_shape")) {
    const { value, sentence } = acceptText(inputSpec(layer), text);
    state.input = value ?? state.input;
    return sentence;
  }
  return `${layer.name} has no argument \`${name}\`; it is left out.`;
}

/** The layer at an exercise's question; what it does not take gives way to where it starts. */
function readQuestion(exercise, entries) {
  const { layer } = byExercise.get(exercise);
  const start = startOf(layer);
  if (!entries) {
    return { layer, ...start, said: [] };
  }
  const { question, said } = questionOf(entries);
  const found = placedOrNull(exercise, question);
  if (!found) {
    return { layer, ...start, said: [...said, `The address leaves out what ${exercise} asks.`] };
  }
  const { args, input } = found;
  if (!("num_heads" in question) && args.embed_dim % args.num_heads) {
    args.num_heads = 1; // heads that nobody asked for are no reason for an error
  }
  const taken = (spec, value, otherwise) => {
    const found = accept(spec, value);
    said.push(...[found.sentence].filter(Boolean));
    return found.sentence ? otherwise : found.value;
  };
  for (const spec of layer.arguments) {
    args[spec.name] = taken(spec, args[spec.name], start.args[spec.name]);
  }
  const shape = layer.input && taken(inputSpec(layer), input, start.input);
  return { layer, args, said,
    input: "input_shape" in question ? shape : fitted(layer, args, shape) };
}

function placedOrNull(exercise, question) {
  try {
    return placed(exercise, question);
  } catch {
    return null; // an argument is missing, or is of another kind
  }
}

/** The values of an exercise's arguments, and sentences about those that cannot be read. */
function questionOf(entries) {
  const question = {};
  const said = [];
  for (const [name, text] of entries) {
    try {
      question[name] = plain(readValue(text));
    } catch {
      said.push(`\`${name}\` cannot be read: “${text}”.`);
    }
  }
  return { question, said };
}

const plain = (value) =>
  (value instanceof Name ? value.text : Array.isArray(value) ? value.map(plain) : numberOf(value));

/** The input and the arguments that count its axes, where only one of both was given. */
function agree(layer, state, given) {
  if (!layer.input) {
    return;
  }
  if (!given.has("input_shape") && !given.has(layer.input.name)) {
    state.input = fitted(layer, state.args, state.input);
    return;
  }
  for (const [name, axis] of jointsOf(layer, state.input)) {
    if (!given.has(name)) {
      state.args[name] = state.input[axis];
    }
  }
}

/** The address of a layer: required arguments, what differs from the page's start, the input. */
export function layerAddress({ layer, args, input }) {
  const entries = layer.arguments
    .filter((spec) => !("default" in spec) || !same(args[spec.name], spec.value))
    .map(({ name }) => [name, args[name]]);
  if (layer.input) {
    entries.push([layer.input.name, input]);
  }
  const said = entries.map(([name, value]) => `${name}=${encoded(compact(value))}`);
  return `#${layer.id}${said.length ? "?" : ""}${said.join("&")}`;
}

/** The address of a stack of layers, from its text; `cached` is the KV cache's batch and length. */
export const networkAddress = (text, input, cached = null) =>
  `#net=${encoded(text.replace(/\s+/g, " ").trim())}&input=${compact(input)}`
  + (cached ? `&cache=${compact(cached)}` : "");

const compact = (value) =>
  typeof value === "string" ? value : python(value).replaceAll(", ", ",");

/** Escapes only what would end a value or break a link in a text. */
const encoded = (text) =>
  text.replace(/[%&#?"<>\s`=]/g, (sign) => encodeURIComponent(sign));
