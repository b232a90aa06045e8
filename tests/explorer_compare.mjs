// What the Explorer's functions say, beside what PyTorch says.

const COUNTS = ["shape", "parameters", "buffers", "multAdds"];

/** All differences; with `most`, no more than so many. */
export function differences(explorer, table, most = Infinity) {
  const found = table.texts.flatMap((row) => ofText(explorer, row));
  found.push(...explorer.layers.flatMap(ofJoints));
  for (const row of table.layers) {
    if (found.length >= most) return found;
    found.push(...ofLayer(explorer, row));
  }
  for (const row of table.exercises) {
    if (found.length >= most) return found;
    found.push(...ofExercise(explorer, row));
  }
  return found;
}

/** An argument and the axis that stands for the same number start alike. */
function ofJoints({ id, arguments: specs, input, joint }) {
  return Object.entries(joint)
    .filter(([name, axis]) =>
      specs.find((one) => one.name === name).value !== input.value.at(axis))
    .map(([name, axis]) => ({ id, name, axis }));
}

function ofText(explorer, [id, changes, input, what, text]) {
  const layer = explorer.layerOf(id);
  const args = Object.fromEntries(layer.arguments.map((one) => [one.name, one.value]));
  const said = attempt(explorer, () =>
    layer.count({ ...args, ...changes }, input ?? layer.input?.value));
  const shown = said.error ? said.error.join(": ")
    : [...said.formulas, ...said.more].find((one) => one.what === what)?.text
      ?? said[what];
  return shown === text ? [] : [{ id, changes, what, shown, text }];
}

function ofLayer(explorer, [id, args, input, facts]) {
  const layer = explorer.layerOf(id);
  const said = attempt(explorer, () => layer.count(args, input));
  const about = { id, args, input };
  if (facts.error || said.error) {
    return alike(said.error ?? null, facts.error ?? null) ? []
      : [{ ...about, explorer: said.error ?? "no error", pytorch: facts.error ?? "no error" }];
  }
  const wrong = COUNTS.filter((what) => !alike(said[what], facts[what]))
    .map((what) => ({ ...about, what, explorer: said[what], pytorch: facts[what] }));
  wrong.push(...ofNames(said, facts, about));
  wrong.push(...layer.mistakes(args, input).filter(({ value }) => value === null)
    .map((one) => ({ ...about, ...one })));
  const texts = [...said.formulas, ...said.more.filter((one) => one.text !== null)];
  return [...wrong, ...texts.flatMap((one) => ofFormula(one, about)),
    ...layer.asks.flatMap((ask) => ofAsk(explorer, ask, said, about))];
}

const AXES = { depth: -3, height: -2, tokens: -2, width: -1, length: -1,
  "width of the output": -1 };

/** Formulas of sides are those of the sides; other outputs have PyTorch's shapes. */
function ofNames(said, facts, about) {
  const sides = said.formulas.filter(({ what }) => what in AXES && said.shape)
    .map(({ what, value }) => ({ ...about, what, explorer: value,
      pytorch: facts.shape.at(AXES[what]) }));
  const more = Object.entries(facts.more).map(([what, pytorch]) => ({ ...about, what,
    explorer: said.more.find((one) => one.what === what)?.value, pytorch }));
  return [...sides, ...more].filter((one) => !alike(one.explorer, one.pytorch));
}

/** What a layer shows is the answer to the exercise that asks this of it. */
function ofAsk(explorer, { exercise, what, from }, said, about) {
  const question = from(about.args, about.input);
  if (question === null) return [];
  const answer = explorer.answerTo(exercise, question);
  const shown = shownFor(said, exercise, what, answer);
  return alike(shown, answer) ? [] : [{ ...about, exercise, what, shown, answer }];
}

/** Among the numbers of a layer, the one that the exercise asks. */
function shownFor(said, exercise, what, answer) {
  const counts = { parameters: said.parameters, buffers: said.buffers, "mult-adds": said.multAdds,
    activations: said.activations, tokens: said.shape?.at(-2),
    shape: Array.isArray(answer) ? said.shape : said.shape?.at(-1) };
  const more = said.more.find((one) => one.exercise === exercise);
  return more ? more.value : counts[what];
}

/** A formula's text, worked out, is its value. */
function ofFormula({ what, text, value }, about) {
  return alike(worked(text), value) ? [] : [{ ...about, what, text, value }];
}

const known = new Map();

/** The number that a formula's text comes to; the same text comes again and again. */
function worked(text) {
  if (!known.has(text)) known.set(text, evaluated(text));
  return known.get(text);
}

function evaluated(text) {
  const code = text
    .replaceAll(",", "").replaceAll(";", ",").replaceAll("×", "*").replaceAll("÷", "/")
    .replaceAll("−", "-").replaceAll("⌊", "Math.floor(").replaceAll("⌈", "Math.ceil(")
    .replaceAll(/[⌋⌉]/g, ")").replaceAll("min(", "Math.min(");
  if (!/^(Math\.(floor|ceil|min)|[-\d.+*/(), ])*$/.test(code)) return `not understood: ${text}`;
  return new Function(`return ${code};`)();
}

function ofExercise(explorer, [name, question, answer, wrong, spelled]) {
  const right = [question, spelled].flatMap((asked) => ofAnswer(explorer, name, asked, answer));
  if (right.length) return right;
  const said = new Map(explorer.misreadings(name, question).map((one) => [one.name, one.value]));
  const wrongs = Object.entries(wrong)
    .map(([mistake, python]) => ({ name, question, mistake,
      explorer: said.get(mistake) ?? answer, python }))
    .filter((one) => !alike(one.explorer, one.python));
  return [...ofPlace(explorer, name, question, answer), ...wrongs];
}

function ofAnswer(explorer, name, question, answer) {
  const said = attempt(explorer, () => explorer.answerTo(name, question));
  const shown = said.error ?? said;
  return alike(shown, answer) ? [] : [{ name, question, explorer: shown, pytorch: answer }];
}

/** The layer that a card leads to shows the answer. */
function ofPlace(explorer, name, question, answer) {
  const { layer, what } = explorer.byExercise.get(name);
  const said = attempt(explorer, () => {
    const { args, input } = explorer.placed(name, question);
    return layer.count(args, input);
  });
  const shown = said.error ?? shownFor(said, name, what, answer);
  const about = { name, question, layer: layer.id };
  return [...(alike(shown, answer) ? [] : [{ ...about, shown, answer }]),
    ...ofWayBack(explorer, layer, name, question, about)];
}

/** There the layer asks the same question again, so that its mistakes are shown. */
function ofWayBack(explorer, layer, name, question, about) {
  const { from } = layer.asks.find((one) => one.exercise === name);
  const { args, input } = explorer.placed(name, question);
  const again = from(args, input);
  const lost = Object.entries(question).filter(([key, value]) => !alike(again?.[key], value)
    && !alike(again?.[key], [value, value]));
  return lost.map(([key, value]) => ({ ...about, key, asked: value, again: again?.[key] ?? null }));
}

function attempt(explorer, work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof explorer.LayerError)) throw error;
    return { error: [error.type, error.message] };
  }
}

/** Equal; numbers with a fraction as the judge compares them, whole ones exactly. */
function alike(one, other) {
  if (typeof one === "number" && typeof other === "number" && !Number.isInteger(other)) {
    return one === other || Math.abs(one - other) <= 1e-12 + 1e-6 * Math.abs(other);
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, place) => alike(each, other[place]));
  }
  return one === other;
}
