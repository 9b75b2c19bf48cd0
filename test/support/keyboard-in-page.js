/*
 * Runs in a page for `keyboard.ts`, as one expression. Knows which elements somebody without a mouse must be able to reach, notes
 * where the focus comes to, and whether it can be seen there. Of what the product says of itself only ARIA is read, and of React
 * which elements have a handler of clicks.
 */
(() => {
  const ROLES = ['button', 'link', 'tab', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'switch', 'checkbox', 'radio', 'slider', 'spinbutton', 'combobox', 'textbox', 'treeitem'];
  const CONTROLS = ['a[href]', 'button', 'input', 'select', 'textarea', 'summary', '[contenteditable="true"]', ...ROLES.map((role) => `[role="${role}"]`)].join(', ');
  const INTERACTIVE = `${CONTROLS}, [tabindex]:not([tabindex="-1"])`;
  /** One member is a stop of Tab, arrow keys lead to the others. */
  const GROUPS = '[role="tablist"], [role="radiogroup"], [role="menu"], [role="menubar"], [role="listbox"], [role="toolbar"], [role="grid"], [role="tree"]';
  /** Keys of the field that they stand in do the same: Backspace or the chosen row again, Backspace, arrows up and down. */
  const SAME_BY_KEY = '.mantine-InputClearButton-root, .mantine-Pill-remove, .mantine-NumberInput-control';

  const isShown = (element) => element.isConnected && element.checkVisibility({ visibilityProperty: true }) && element.closest('[inert], [aria-hidden="true"]') === null;
  const isEnabled = (element) => !element.matches(':disabled, [aria-disabled="true"], [data-disabled="true"]');
  /** Where keys can go now: the open dialog, else the page. */
  const place = () => [...document.querySelectorAll('[role="dialog"][aria-modal="true"]')].findLast(isShown) ?? document.body;
  const wanted = () => [...place().querySelectorAll(INTERACTIVE)].filter((element) => isShown(element) && isEnabled(element) && !element.matches(SAME_BY_KEY));
  const told = (element) => element.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 180);

  const MARKS = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderTopColor', 'borderBottomColor', 'backgroundColor', 'textDecorationLine', 'left', 'opacity', 'stroke', 'strokeWidth'];
  /** How the element and what may show its focus for it look. */
  const lookOf = (element) => {
    const bearers = [element, element.parentElement, element.parentElement?.parentElement, element.firstElementChild, element.nextElementSibling, element.labels?.[0]];
    return bearers.map((bearer) => (bearer ? MARKS.map((mark) => getComputedStyle(bearer)[mark]).join() : '')).join('\n');
  };
  const isOnScreen = (element) => {
    const { top, bottom, left, right } = (element.labels?.[0] ?? element).getBoundingClientRect();
    return bottom >= 0 && right >= 0 && top <= innerHeight && left <= innerWidth;
  };

  /** A style that is still changing says nothing yet. */
  const still = new CSSStyleSheet();
  still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important; scroll-behavior: auto !important; }');

  let all = [];
  let before = new Map();
  let visited = new Set();
  const unseen = new Set();
  const note = (event) => {
    const element = event.target;
    if (visited.has(element)) return;
    visited.add(element);
    if (before.get(element) === lookOf(element) || !isOnScreen(element)) unseen.add(element);
  };

  const isInVisitedGroup = (element) => {
    if (element.type === 'radio' && element.name !== '') return all.some((other) => other.type === 'radio' && other.name === element.name && visited.has(other));
    const group = element.closest(GROUPS);
    return group !== null && all.some((other) => visited.has(other) && group.contains(other));
  };

  const handlerOf = (element, name) => {
    const key = Object.keys(element).find((each) => each.startsWith('__reactProps$'));
    return key === undefined ? undefined : element[key][name];
  };
  /** Does something when it is clicked, and neither it nor anything around or in it takes the focus. */
  const isForMiceOnly = (element) => handlerOf(element, 'onClick') !== undefined && isShown(element) && element.closest(INTERACTIVE) === null && element.querySelector(INTERACTIVE) === null && element.closest('label') === null;

  globalThis.sccKeyboard = {
    /** Forgets what was, and looks at the page anew. @returns {number} how many elements must be reached */
    start() {
      if (!document.adoptedStyleSheets.includes(still)) document.adoptedStyleSheets.push(still);
      document.activeElement?.blur();
      document.removeEventListener('focusin', note);
      all = wanted();
      before = new Map(all.map((element) => [element, lookOf(element)]));
      visited = new Set();
      unseen.clear();
      document.addEventListener('focusin', note);
      return all.length;
    },
    /** @returns {{ left: number, seen: number }} elements to be reached yet, and places where the focus was */
    progress: () => ({ left: all.filter((element) => isShown(element) && isEnabled(element) && !visited.has(element) && !isInVisitedGroup(element)).length, seen: visited.size }),
    faults: () => [
      ...all.filter((element) => isShown(element) && isEnabled(element) && !visited.has(element) && !isInVisitedGroup(element)).map((element) => `not reached by Tab: ${told(element)}`),
      ...[...unseen].filter((element) => all.includes(element)).map((element) => `has the focus and does not show it: ${told(element)}`),
      ...[...place().querySelectorAll('*')].filter(isForMiceOnly).map((element) => `can be clicked, not reached by keys: ${told(element)}`),
    ],
    /** Groups whose members are not all stops of Tab. @returns {number} */
    groups() {
      this.lists = [...place().querySelectorAll(GROUPS)].filter(isShown).map((group) => ({ group, members: wanted().filter((element) => group.contains(element) && element.type !== 'radio') }));
      this.lists = this.lists.filter(({ members }) => members.some(({ tabIndex }) => tabIndex < 0));
      return this.lists.length;
    },
    /** Puts the focus to the stop of a group. @returns {{ key: string, presses: number }} what leads through it */
    enterGroup(index) {
      const { group, members } = this.lists[index];
      visited = new Set();
      (members.find(({ tabIndex }) => tabIndex >= 0) ?? members[0]).focus();
      const isUpright = group.getAttribute('aria-orientation') === 'vertical' || group.matches('[role="menu"], [role="listbox"], [role="tree"]');
      return { key: isUpright ? 'ArrowDown' : 'ArrowRight', presses: members.length };
    },
    groupFaults(index) {
      return this.lists[index].members.filter((element) => isShown(element) && isEnabled(element) && !visited.has(element)).map((element) => `not reached by arrow keys: ${told(element)}`);
    },
    noteOpener() {
      this.opener = document.activeElement;
    },
    isAtOpener() {
      return document.activeElement === this.opener;
    },
    /** Leaves the page as it is without a focus: one that went round past its end would come back at the top of the next page. */
    rest() {
      all[0]?.focus();
      document.activeElement?.blur();
    },
    /** Whether the focus is in the open dialog. */
    isInDialog: () => place() !== document.body && place().contains(document.activeElement),
  };
})();
