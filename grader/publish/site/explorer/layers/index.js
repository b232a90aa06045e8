// The layers of the Explorer, in the course's order, and the exercises that they answer.

import * as activations from "./activations.js";
import * as adapters from "./adapters.js";
import * as attention from "./attention.js";
import * as bits from "./bits.js";
import * as blocks from "./blocks.js";
import * as convolution from "./convolution.js";
import * as cost from "./cost.js";
import * as dense from "./dense.js";
import * as dropout from "./dropout.js";
import * as embedding from "./embedding.js";
import * as experts from "./experts.js";
import * as flatten from "./flatten.js";
import { misread, plain } from "./layer.js";
import * as networks from "./networks.js";
import * as normalization from "./normalization.js";
import * as patches from "./patches.js";
import * as pooling from "./pooling.js";
import * as recurrent from "./recurrent.js";
import * as separable from "./separable.js";
import * as serving from "./serving.js";
import * as upsampling from "./upsampling.js";

const FAMILIES = [
  dense, activations, embedding, convolution, separable, pooling, flatten, normalization, dropout,
  blocks, recurrent, attention, cost, networks, serving, upsampling, experts, adapters, bits,
  patches];

/** What each exercise asks, and the wrong rules that are known for it. */
const exercises = new Map(FAMILIES.flatMap((family) => Object.entries(family.exercises)));

/** All layers, family by family. */
export const layers = FAMILIES.flatMap((family) => family.layers).map((one) => ({
  ...one,
  /** What people get wrong at these arguments: `[{ exercise, name, value }]`. */
  mistakes: (args, input) => one.asks.flatMap(({ exercise, from }) => {
    const question = from(args, input);
    return question === null ? [] : misread(exercises.get(exercise), question)
      .map((wrong) => ({ exercise, ...wrong }));
  }),
}));

const byId = new Map(layers.map((one) => [one.id, one]));

/** The layer of a deep link, or undefined. */
export const layerOf = (id) => byId.get(id);

/** From an exercise's name to the layer that answers it, and which of its numbers is asked. */
export const byExercise = new Map(layers.flatMap((one) =>
  one.asks.map(({ exercise, what }) => [exercise, { layer: one, what }])));

/**
 * The arguments and the input with which a layer shows an exercise's question.
 *
 * What the question leaves out is as the page starts; the input and the argument that stand for
 * the same number are made alike, so that no error comes of a number that nobody asked.
 */
export function placed(exercise, question) {
  const { layer } = byExercise.get(exercise);
  const { to = (given) => given } = layer.asks.find((one) => one.exercise === exercise);
  const { input_shape, ...given } = to(question);
  const args = Object.fromEntries(layer.arguments.map((one) =>
    [one.name, given[one.name] ?? ("default" in one ? one.default : one.value)]));
  const input = [...(input_shape ?? layer.input?.value ?? [])];
  for (const [name, axis] of Object.entries(layer.joint)) {
    if (name in given || !input_shape) input.splice(axis, 1, args[name]);
    else args[name] = input.at(axis);
  }
  return { args, input: layer.input ? input : null };
}

/** The right answer to an exercise's question; what has a default may be left out. */
export const answerTo = (exercise, question) =>
  plain(exercises.get(exercise).answer(question));

/** What is known to be wrong at a question with all its arguments: `[{ name, value }]`. */
export const misreadings = (exercise, question) => misread(exercises.get(exercise), question);

/** The names of the exercises, and of the mistakes that are known of each. */
export const known = () => Object.fromEntries(
  [...exercises].map(([name, { mistakes }]) => [name, Object.keys(mistakes)]));

export { LayerError } from "./errors.js";
