// MathJax, from this site, on pages that have a formula. Screen readers get MathML.
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", typeset);
} else {
  typeset();
}

function typeset() {
  if (!document.querySelector(".math")) return;
  const folder = new URL("_static/mathjax", document.baseURI).href;
  window.MathJax = {
    loader: {
      paths: { mathjax: folder },
      load: ["input/tex", "output/chtml", "a11y/assistive-mml"],
    },
    options: { processHtmlClass: "math", ignoreHtmlClass: ".*" },
    startup: { ready: withoutMenu },
  };
  const script = document.createElement("script");
  script.src = `${folder}/startup.js`;
  document.head.append(script);
}

/** Drops what MathJax's MathML sets for a menu that this site does not load. */
function withoutMenu() {
  delete MathJax.config.options.menuOptions;
  MathJax.startup.defaultReady();
}
