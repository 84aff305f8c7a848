// Puts the form into another site's page:  <script src="https://311.example.gov/embed.js" data-language="fr" async></script>
// The frame stands where the script stands, and is as high as the form. No cookie, no tracker.
(() => {
  const script = document.currentScript;
  if (!script) return;
  const base = new URL(".", script.src);
  const language = script.dataset.language || (document.documentElement.lang || "").slice(0, 2);
  const frame = document.createElement("iframe");
  frame.src = new URL(/^[a-z]{2}$/.test(language) ? `embed/${language}/` : "embed/", base).href;
  frame.title = script.dataset.title || (language === "fr" ? "Signaler un problème à la Ville" : "Report a problem to the city");
  frame.allow = "geolocation";
  frame.style.cssText = "display:block;width:100%;height:900px;border:0;color-scheme:normal";
  script.after(frame);
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== base.origin || event.data?.intake311 !== "height") return;
    const height = Number(event.data.height);
    if (height > 200 && height < 20000) frame.style.height = `${height}px`;
  });
})();
