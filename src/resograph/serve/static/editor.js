// The query editor: Yasgui on this endpoint only; nothing else is asked.
"use strict";
(function () {
  const place = document.getElementById("editor");
  if (!place || typeof Yasgui === "undefined") return;
  const complete = Yasgui.Yasqe.defaults.autocompleters;
  complete.splice(0, complete.length, "variables"); // the others ask servers elsewhere
  Yasgui.Yasqe.defaults.value = place.dataset.example;
  const endpoint = new URL(place.dataset.endpoint, window.location.href).href;
  new Yasgui(place, {
    requestConfig: { endpoint: endpoint, method: "POST" },
    endpointCatalogueOptions: { getData: () => [{ endpoint: endpoint }] },
    copyEndpointOnNewTab: true,
    persistenceId: "resograph",
  });
})();
