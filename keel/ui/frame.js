// What every page needs of the browser beside what Streamlit does. Nothing is drawn.
//
// data.scripts   the names of those scripts of Streamlit's that charts and tables are drawn with
const REST = 600; // ms: what a page draws last is painted by then

// On a phone Streamlit leaves the navigation open over the page that was chosen in it, now and at every later visit. A choice
// closes it here, by its own button.
function close(event) {
    if (!event.target.closest?.('[data-testid="stSidebarNavLink"]')) return;
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

// Streamlit asks for these when it meets the first chart, and the chart waits until the browser has fetched, read and run them. Once
// the first page is at rest they are asked for by the same address, so that there is one copy of each.
function bring(scripts) {
    if (navigator.connection?.saveData) return;
    const streamlits = document.querySelector('script[type="module"][src]').src;
    for (const name of scripts) {
        import(new URL(name, streamlits)).catch((error) => console.info(`${name} did not come ahead: ${error}`));
    }
}

export default function ({ data }) {
    const heard = new AbortController();
    document.addEventListener("click", close, { signal: heard.signal });
    const app = document.querySelector('[data-testid="stApp"]');
    let wait;
    const rest = () => {
        wait = setTimeout(() => (app.dataset.testScriptState === "notRunning" ? bring(data.scripts) : rest()), REST);
    };
    rest();
    return () => (clearTimeout(wait), heard.abort());
}
