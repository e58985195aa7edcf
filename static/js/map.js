// The outline of a file's places becomes a map that can be moved. Without this script the drawing stays.
const place = document.getElementById("map");

if (place) {
  const answer = await fetch(place.dataset.outline);
  if (answer.ok && window.L) {
    const L = window.L;
    const outline = await answer.json();
    const drawing = place.innerHTML;
    place.innerHTML = "";
    place.classList.add("app-map--live");
    try {
      const map = L.map(place, { zoomSnap: 0.5, attributionControl: Boolean(place.dataset.tiles) });
      if (place.dataset.tiles) {
        L.tileLayer(place.dataset.tiles, { attribution: place.dataset.credit, maxZoom: 19 }).addTo(map);
      }
      const style = { color: "#1d70b8", weight: 1.5, fillOpacity: 0.15 };
      const layer = L.geoJSON(outline, {
        style,
        pointToLayer: (feature, at) => L.circleMarker(at, { radius: 5, ...style, fillOpacity: 0.6 }),
        onEachFeature: (feature, shape) => shape.bindTooltip(`Row ${feature.properties.row.toLocaleString("en-GB")}`),
      }).addTo(map);
      map.fitBounds(layer.getBounds(), { padding: [12, 12], maxZoom: 15 });
    } catch {
      place.classList.remove("app-map--live");
      place.innerHTML = drawing;
    }
  }
}
