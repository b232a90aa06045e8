/** The editor of an answer: CodeMirror with Python's colours, in the page's light or dark. */
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  HighlightStyle,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Colours stand in page.css, so that light and dark are one place.
const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "elc-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "elc-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "elc-number" },
  { tag: tags.comment, class: "elc-comment" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)],
    class: "elc-defined" },
]);

/**
 * @param {HTMLElement} parent
 * @param {{text: string, label: string, onChange: (text: string) => void, onCheck: () => void}} options
 * @returns {{text: () => string, replace: (text: string) => void, focus: () => void}}
 */
export function editor(parent, { text, label, onChange, onCheck }) {
  const check = () => (onCheck(), true);
  let isWriting = false; // else the Tab key goes on to what comes next in the page
  const begin = () => {
    isWriting = true;
    return false;
  };
  const rest = () => {
    isWriting = false;
    return false;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        python(),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          begin();
          onChange(update.state.doc.toString());
        }),
        EditorView.domEventHandlers({ blur: rest, mousedown: begin }),
        keymap.of([
          { key: "Shift-Enter", run: check },
          { key: "Mod-Enter", run: check },
          { key: "Escape", run: rest },
          {
            key: "Tab",
            run: (view) => isWriting && indentMore(view),
            shift: (view) => isWriting && indentLess(view),
          },
          ...defaultKeymap,
          ...historyKeymap,
        ]),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (all) =>
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: all } }),
    focus: () => view.focus(),
  };
}
