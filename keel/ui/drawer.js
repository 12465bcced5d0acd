// On a phone Streamlit leaves the navigation open over the page that was chosen in it, now and at every later visit. A choice
// closes it here, by its own button. Nothing is drawn.
export default function () {
    const heard = new AbortController();
    const chosen = (event) => {
        if (!event.target.closest?.('[data-testid="stSidebarNavLink"]')) return;
        document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
    };
    document.addEventListener("click", chosen, { signal: heard.signal });
    return () => heard.abort();
}
