// What scripts add to pages that work without them.

// GOV.UK Frontend's components: focus for error summaries and skip links, no double submission of forms.
const vendor = document.querySelector("script[data-govuk-frontend]");
import(vendor.dataset.govukFrontend).then(({ initAll }) => initAll());

// The filters fold away on a phone and stand open beside the results on a wide screen. The stylesheet does that alone
// where it can reach a closed <details>; elsewhere it takes this.
const filters = document.querySelector("details.app-filters");
if (filters && !CSS.supports("selector(::details-content)")) {
  const wide = window.matchMedia("(min-width: 40.0625rem)");
  const follow = () => { filters.open = wide.matches; };
  wide.addEventListener("change", follow);
  follow();
}
