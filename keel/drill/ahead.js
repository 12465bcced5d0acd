// What is below the bars and costs more to ask for is fetched while the page is at rest: when nothing was drawn for a while
// the server is told, once; what it answers is laid on the bars, which look there at a click. Nothing is drawn here.
//
// data.token   what the levels belong to (place, span, filters, data): the bars take them only for the same
// data.next    {member: level}, those that came so far
// data.more    whether there are bars yet to be asked for
const REST = 400; // ms: longer than a hand takes from one click to the next

// Nothing is asked while another answer is under way or a click may bring one: Streamlit would take that one for interrupted, and
// leave on the page what it no longer draws. So a click ends asking until the bars have their next answer, whatever comes here before.
export default function (component) {
    const { data, setTriggerValue } = component;
    const shown = () => document.querySelector(".keel-bars");
    const bars = shown();
    if (bars) bars.ahead = { token: data.token, next: data.next };
    if (!data.more || (bars?.left && bars.left === bars.now)) return;
    const app = document.querySelector('[data-testid="stApp"]');
    const heard = new AbortController();
    const ask = () => {
        if (heard.signal.aborted || app.dataset.testScriptState === "running") return;
        setTriggerValue("rest", data.token);
    };
    const left = () => {
        heard.abort();
        const bars = shown(); // they may have come since
        if (bars) bars.left = bars.now;
    };
    const listening = { capture: true, signal: heard.signal };
    document.addEventListener("click", left, listening);
    document.addEventListener("keydown", (event) => ["Escape", "Backspace"].includes(event.key) && left(), listening);
    const idle = window.requestIdleCallback ?? ((then) => then());
    const wait = setTimeout(() => idle(ask), REST);
    return () => (clearTimeout(wait), heard.abort());
}
