// One level of the drill as bars, and the next one at hand: a click draws the next level at once and tells the server
// afterwards, which brings the number, the line and the table along. Each bar is a button, so the keyboard serves as well.
//
// data.path    the steps that lead to the level in view, as the address has them: ["region=North"]
// data.level   {title, name, opens, kind, zero, drawn, rows}: the level in view. opens: what a click opens, in words; zero:
//              where 0 lies on the track; drawn: what the bars show. A row is {member, label (if another), value, n, exact,
//              from, to, range, minus, hidden, shut}; from, to, range and zero are percent of the track
// data.next    {member: level}: the next level of each member, as far as it is known already
// data.up      the level above; null at the top
// data.top     the first step back in words
// data.token   what all this belongs to; keel/drill/ahead.js lays more levels on the bars under the same
export default function (component) {
    const { data, parentElement, setTriggerValue } = component;
    const root = parentElement.querySelector(".keel-bars");
    const back = parentElement.querySelector(".keel-bars-back");
    const drawn = parentElement.querySelector(".keel-bars-drawn");
    const status = parentElement.querySelector("[role=status]");
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    const nameOf = (step) => step.slice(step.indexOf("=") + 1);

    const part = (name, text) => {
        const span = document.createElement("span");
        span.className = `keel-bar-${name}`;
        span.textContent = text; // text, never markup: labels are what people uploaded
        return span;
    };

    const track = (row) => {
        const found = part("track", "");
        if (row.hidden) found.classList.add("keel-hidden");
        if (row.from !== undefined) {
            const fill = document.createElement("i");
            fill.style.left = `${row.from}%`;
            fill.style.width = `${row.to - row.from}%`;
            if (row.minus) fill.className = "keel-bar-minus";
            found.append(fill);
        }
        if (row.range) {
            const range = document.createElement("u");
            range.style.left = `${row.range[0]}%`;
            range.style.width = `${row.range[1] - row.range[0]}%`;
            found.append(range);
        }
        return found;
    };

    const barOf = (level, path, row) => {
        const label = row.label ?? row.member;
        const bar = document.createElement(row.shut ? "div" : "button");
        bar.className = "keel-bar" + (row.shut ? " keel-bar-shut" : "") + (row.shut && !row.member ? " keel-bar-rest" : "");
        bar.title = `${label}: ${row.exact}`;
        bar.dataset.member = row.member;
        const value = part("value", row.value);
        if (row.n) value.append(part("n", row.n));
        bar.append(part("label", label), track(row), value);
        if (!row.shut) {
            bar.setAttribute("aria-label", `${label}, ${[row.value, row.n].filter(Boolean).join(", ")}, opens ${level.opens}`);
            bar.onclick = () => open(level, path, row, bar);
        }
        return bar;
    };

    // came: the member whose bar the reader comes back from; told: whether a hand moved here
    const draw = (level, path, { came, told } = {}) => {
        const held = root.contains(document.activeElement) ? document.activeElement.dataset.member : null;
        root.setAttribute("aria-label", level.title);
        root.className = `keel-bars keel-bars-${level.kind}` + (told ? " keel-bars-moved" : "");
        root.style.setProperty("--keel-zero", `${level.zero}%`);
        root.replaceChildren(...level.rows.map((row) => barOf(level, path, row)));
        if (held !== null) {
            // who came by keyboard stays where they were
            const bars = [...root.querySelectorAll("button")];
            (bars.find((bar) => bar.dataset.member === (came ?? held)) ?? bars[0])?.focus();
        }
        drawn.textContent = level.drawn;
        back.hidden = !path.length;
        back.textContent = path.length > 1 ? `‹ ${nameOf(path.at(-2))}` : `‹ ${root.now.data.top}`;
        root.path = path;
        root.level = level;
        if (told) status.textContent = `${[level.title, ...path.map(nameOf)].join(", ")}: ${level.rows.length} bars`;
    };

    // Two frames on, the new bars are painted; only then is the server told.
    const tell = (path) => requestAnimationFrame(() => requestAnimationFrame(() => root.now.setTriggerValue("went", path)));

    const open = (level, path, row, bar) => {
        const { data } = root.now;
        const ahead = root.ahead?.token === data.token ? root.ahead.next : {};
        const next = same(path, data.path) && (data.next[row.member] ?? ahead[row.member]);
        const below = [...path, `${level.name}=${row.member}`];
        if (next) draw(next, below, { told: true });
        else bar.setAttribute("aria-busy", "true");
        tell(below); // the whole path: a second click may come before the server
    };

    const goUp = () => {
        const { data } = root.now;
        const path = root.path.slice(0, -1);
        const level = same(root.path, data.path) ? data.up : same(path, data.path) ? data.level : null;
        if (level) draw(level, path, { came: nameOf(root.path.at(-1)), told: true });
        else root.setAttribute("aria-busy", "true");
        tell(path);
    };

    const step = (by) => {
        const bars = [...root.querySelectorAll("button")];
        bars[bars.indexOf(document.activeElement) + by]?.focus();
    };

    back.onclick = goUp;
    root.onkeydown = (event) => {
        const keys = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };
        if (root.path.length) keys.Escape = keys.Backspace = goUp;
        if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        keys[event.key]();
    };

    // What the handlers above look up: this function runs again with each answer, and what is drawn already stays as it is.
    const isDrawn = root.now && same(root.path, data.path) && same(root.level, data.level);
    root.now = { data, setTriggerValue };
    root.removeAttribute("aria-busy");
    if (!isDrawn) draw(data.level, data.path);
}
