// One level of the drill as bars, and the next one at hand: a click draws the next level at once and tells the server
// afterwards, which brings the number, the line and the table along. Each bar is a button, so the keyboard serves as well.
//
// data.level   {title, rows}: the level in view; a row is {member, label, value, exact, share, sign, opens}
// data.next    {member: {title, rows}}: the next level of each member, as far as it is known already
export default function (component) {
    const { data, parentElement, setTriggerValue } = component;
    const root = parentElement.querySelector(".keel-bars");

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
            if (row.opens) bar.onclick = () => open(row, bar);
            return bar;
        });
        const focused = root.contains(document.activeElement);
        root.setAttribute("aria-label", level.title);
        root.replaceChildren(...rows);
        if (focused) root.querySelector("button")?.focus(); // who came by keyboard stays where they were
    };

    const open = (row, bar) => {
        const next = data.next[row.member];
        if (next) draw(next);
        else bar.setAttribute("aria-busy", "true");
        // Two frames on, the new bars are painted; only then is the server asked.
        requestAnimationFrame(() => requestAnimationFrame(() => setTriggerValue("open", row.member)));
    };

    draw(data.level);
}
