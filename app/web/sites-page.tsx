import type { Board } from './board.ts';
import { Frame, Link } from './frame.tsx';
import { type NgiCoverage, type SiteData, type SitesData, registryOf, sitesData } from './sites-data.ts';
import { counted } from './words.ts';

/** `/sites`: which sites try what first, what nobody tries, and which NGIs take part (R-3.2-1, R-3.2-3, R-2-2). */
export const SitesPage = ({ board }: { readonly board: Board }) => {
  const registry = registryOf(board);
  return (
    <Frame title="Early adopter sites" board={board} data="/api/sites.json" here="sites">
      <h1>Early adopter sites</h1>
      <p class="lead">
        These sites run a release in production before everybody else does, and report. Each has committed
        itself to some components, on a platform, sometimes until a day or for certain versions only. Any site
        may volunteer for any release beside that.
      </p>
      {registry === undefined ? (
        <p class="apart">The registry was not read yet; reload this page in a minute.</p>
      ) : (
        <Content data={sitesData(registry, board.now().slice(0, 10))} board={board} />
      )}
    </Frame>
  );
};

const Content = ({ data, board }: { readonly data: SitesData; readonly board: Board }) => (
  <>
    <Uncovered data={data} />
    <section aria-labelledby="sites">
      <h2 id="sites">Sites and what they committed to</h2>
      {data.sites.length === 0 ? <p>No site has joined yet.</p> : <Sites sites={data.sites} />}
      <p class="quiet apart">
        A site joins, changes or ends this with an issue form of{' '}
        <Link to={board.repositoryUrl}>
          <bdi>{board.repository}</bdi>
        </Link>
        ; it changes nothing before a staged-rollout manager has approved it.
      </p>
    </section>
    <Components data={data} />
    <Ngis data={data} />
  </>
);

/** First of all what needs somebody: components that no site tries. */
const Uncovered = ({ data: { components } }: { readonly data: SitesData }) => {
  const bare = components.filter(({ sites }) => sites.length === 0);
  if (bare.length === 0)
    return <p class="nobody-late">Every component has at least one early adopter site.</p>;
  return (
    <section class="late-list" aria-labelledby="uncovered">
      <h2 id="uncovered">
        {bare.length} of {counted(components.length, 'component')} without an early adopter
      </h2>
      <ul class="plain">
        {bare.map(({ component, title, stack }) => (
          <li>
            <strong>{component}</strong> ({stack}): {title}
          </li>
        ))}
      </ul>
    </section>
  );
};

const Sites = ({ sites }: { readonly sites: readonly SiteData[] }) => (
  <table class="stacked" aria-labelledby="sites">
    <thead>
      <tr>
        <th scope="col">Site and its people</th>
        <th scope="col">NGI</th>
        <th scope="col">Committed to</th>
      </tr>
    </thead>
    <tbody>
      {sites.map((site) => (
        <tr>
          <th scope="row">
            <bdi>{site.site}</bdi>
            <span class="below">{site.people.join(', ')}</span>
          </th>
          <td data-head="NGI">
            {site.ngi ?? 'not known'}
            {site.country === null ? null : <span class="below">{site.country}</span>}
          </td>
          <td data-head="Committed to">
            {site.commitments.length === 0 ? 'nothing yet: it volunteers' : null}
            <ul>
              {site.commitments.map((one) => (
                <li class={one.running ? '' : 'quiet'}>
                  <strong class="component">{one.component}</strong> {limitsOf(one)}
                </li>
              ))}
            </ul>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** `on debian12 amd64, versions >=6.0.0 <7.0.0, until 2027-12-31`. */
function limitsOf({ os, arch, until, only_versions, running }: SiteData['commitments'][number]): string {
  const platform = [os, arch].filter((word) => word !== null).join(' ');
  const limits = [
    platform === '' ? 'on any platform' : `on ${platform}`,
    ...(only_versions === null ? [] : [`versions ${only_versions}`]),
    ...(until === null ? [] : [running ? `until ${until}` : `ended ${until}`]),
  ];
  return limits.join(', ');
}

const Components = ({ data: { components } }: { readonly data: SitesData }) => (
  <section aria-labelledby="components">
    <h2 id="components">Components and who tries them</h2>
    <table class="stacked" aria-labelledby="components">
      <thead>
        <tr>
          <th scope="col">Component</th>
          <th scope="col">Stack</th>
          <th scope="col">Sites</th>
        </tr>
      </thead>
      <tbody>
        {components.map(({ component, title, stack, sites }) => (
          <tr>
            <th scope="row">
              {component}
              <span class="below">{title}</span>
            </th>
            <td data-head="Stack">{stack}</td>
            <td data-head="Sites">
              {sites.length === 0 ? <strong class="late-tag">nobody</strong> : sites.join(', ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

const Ngis = ({ data: { ngis, components } }: { readonly data: SitesData }) => (
  <section aria-labelledby="ngis">
    <h2 id="ngis">Coverage per NGI</h2>
    <table class="stacked" aria-labelledby="ngis">
      <thead>
        <tr>
          <th scope="col">NGI</th>
          <th scope="col">Sites</th>
          <th scope="col">Components it tries, of {components.length}</th>
        </tr>
      </thead>
      <tbody>
        {ngis.map((one) => (
          <tr>
            <th scope="row">{one.ngi ?? 'not known'}</th>
            <td data-head="Sites">{one.sites.join(', ')}</td>
            <td data-head="Tries">
              <Bar part={one.components.length} of={components.length} />
              {said(one)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

const said = ({ components }: NgiCoverage): string =>
  components.length === 0 ? 'none' : `${String(components.length)}: ${components.join(', ')}`;

/** How much of the whole; the number stands beside it. */
const Bar = ({ part, of }: { readonly part: number; readonly of: number }) => (
  <svg class="bar" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true">
    <rect class="bar-all" width="100" height="8" rx="2" />
    <rect class="bar-part" width={Math.round((100 * part) / Math.max(1, of))} height="8" rx="2" />
  </svg>
);
