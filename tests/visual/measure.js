// What a reader of the page sees of it; `texts` are looked for on it. Called with JSON, returns JSON.
(texts) => {
  const width = document.documentElement.clientWidth;
  const all = [...document.body.querySelectorAll("*:not(script):not(style)")];
  // A joiner keeps mentions and emoji from being found; nobody sees it.
  const plain = (text) => text.replaceAll("\u2060", "").replace(/\s+/g, " ").trim();
  const name = (element) => `<${element.tagName.toLowerCase()}> ${plain(element.textContent).slice(0, 60)}`;
  const overflow = (element) => getComputedStyle(element).overflowX;
  const scrolls = (element) => ["auto", "scroll"].includes(overflow(element));
  const inScroller = (element) => {
    for (let at = element; at && at !== document.body; at = at.parentElement) if (scrolls(at)) return true;
    return false;
  };

  const outside = ({ left, right }, frame) => left < frame.left - 1 || right > frame.right + 1;

  const shown = all.filter((element) => element.checkVisibility() && !element.ownerSVGElement);
  const beyond = shown.filter(
    (element) => outside(element.getBoundingClientRect(), { left: 0, right: width }) && !inScroller(element),
  );
  const clipped = shown.filter(
    (element) =>
      ["hidden", "clip"].includes(overflow(element)) &&
      element.scrollWidth > element.clientWidth + 1,
  );
  const labels = [...document.querySelectorAll("svg text")].filter((label) => label.getBoundingClientRect().width > 0);
  const outer = labels.filter((label) =>
    outside(label.getBoundingClientRect(), label.ownerSVGElement.getBoundingClientRect()),
  );
  const titles = labels.filter((label) => label.matches(".sectionTitle"));
  const covered = titles.filter((title) => {
    const bars = [...title.ownerSVGElement.querySelectorAll("rect.task")].map((bar) => bar.getBoundingClientRect().left);
    return title.getBoundingClientRect().right > Math.min(...bars) + 1;
  });

  const place = (text) => {
    const has = (element) => plain(element.textContent).includes(text);
    const found = all.find((element) => has(element) && ![...element.children].some(has));
    if (!found) return null;
    const folded = found.matches("details:not([open])"); // what stands right in it, and not in its summary
    const visible = !folded && found.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    return { visible, top: Math.round(found.getBoundingClientRect().top + scrollY) };
  };

  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const running = [];
  while (nodes.nextNode()) {
    if (!nodes.currentNode.parentElement.closest("pre, code, a, script, style, svg")) running.push(nodes.currentNode.data);
  }
  return {
    width,
    scroll_width: document.scrollingElement.scrollWidth,
    height: document.scrollingElement.scrollHeight,
    cut_off: [...new Set([...beyond, ...clipped, ...outer, ...covered])].map(name),
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) => Number(heading.tagName[1])),
    diagrams: document.querySelectorAll(".diagram svg").length,
    failed_diagrams: window.failed,
    labels: labels.map((label) => [plain(label.textContent), label.getBoundingClientRect().height]),
    places: Object.fromEntries(texts.map((text) => [text, place(text)])),
    text: plain(document.body.textContent),
    running,
    links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
  };
}
