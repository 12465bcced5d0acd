// One level of the drill as bars, and the next one at hand: a click draws the next level at once and tells the server
// afterwards, which brings the number, the line and the table along. Each bar is a button, so the keyboard serves as well.
//
// data.level   {title, name, path, rows}: the level in view and the path that leads to it; a row is {member, label, value,
//              exact, share, sign, opens}
// data.next    {member: level}: the next level of each member, as far as it is known already
// data.up      the level above, with the words of the way back; null at the top
export default function (component) {
    const { data, parentElement, setTriggerValue } = component;
    const root = parentElement.querySelector(".keel-bars");
    const back = parentElement.querySelector(".keel-bars-back");

    const draw = (level) => {
        const rows = level.rows.map((row) => {
            const bar = document.createElement(row.opens ? "button" : "div");
            bar.className = "keel-bar" + (row.opens ? "" : " keel-bar-rest");
            bar.title = `${row.label}: ${row.exact}`;
            for (const [name, text] of [["label", row.label], ["track", ""], ["value", row.value]]) {
                const part = document.createElement("span");
                part.className = `keel-bar-${name}`;
                part.textContent = text; // text, never markup: labels are what people uploaded
                bar.append(part);
            }
            const fill = document.createElement("i");
            fill.style.width = `${row.share}%`;
            fill.className = row.sign < 0 ? "keel-bar-minus" : "";
            bar.children[1].append(fill);
            if (row.opens) bar.onclick = () => open(level, row, bar);
            return bar;
        });
        const focused = root.contains(document.activeElement);
        root.setAttribute("aria-label", level.title);
        root.replaceChildren(...rows);
        if (focused) root.querySelector("button")?.focus(); // who came by keyboard stays where they were
    };

    // Two frames on, the new bars are painted; only then is the server told.
    const tell = (path) => requestAnimationFrame(() => requestAnimationFrame(() => setTriggerValue("went", path)));

    const open = (level, row, bar) => {
        const next = level === data.level && data.next[row.member];
        if (next) draw(next);
        else bar.setAttribute("aria-busy", "true");
        tell([...level.path, `${level.name}=${row.member}`]); // the whole path: a second click may come before the server
    };

    back.hidden = !data.up;
    back.textContent = data.up ? `‹ ${data.up.words}` : "";
    back.onclick = () => {
        draw(data.up);
        tell(data.up.path);
    };
    draw(data.level);
}
