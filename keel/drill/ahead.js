// What is below the bars and costs more to ask for is fetched while the page is at rest: when nothing was drawn for a while
// the server is told, once; what it answers is laid on the bars, which look there at a click. Nothing is drawn here.
//
// data.token   what the levels belong to (place, span, filters, data): the bars take them only for the same
// data.next    {member: level}, those that came so far
// data.more    whether there are bars yet to be asked for
const REST = 400; // ms: longer than a hand takes from one click to the next

export default function (component) {
    const { data, setTriggerValue } = component;
    const bars = document.querySelector(".keel-bars");
    if (bars) bars.ahead = { token: data.token, next: data.next };
    if (!data.more) return;
    const idle = window.requestIdleCallback ?? ((then) => then());
    const wait = setTimeout(() => idle(() => setTriggerValue("rest", data.token)), REST);
    return () => clearTimeout(wait); // the page went on meanwhile
}
