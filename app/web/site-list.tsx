import type { SiteStanding } from '../model/decision.ts';
import { isPast, readable } from './time.tsx';
import { outcomeWords } from './words.ts';

/** What a site has said so far, in a few words, with a sign whose shape differs as well. */
export const SiteWord = ({ site, now }: { readonly site: SiteStanding; readonly now: string }) => {
  if (site.tainted) return <span class="word word-late">report edited, has to report again</span>;
  if (site.outcome !== undefined)
    return <span class={`word word-${site.outcome}`}>{outcomeWords[site.outcome]}</span>;
  const late = isPast(site.due, now);
  return (
    <span class={`word ${late ? 'word-late' : 'word-open'}`}>
      {site.participation}
      {late ? ', report late' : ''}
    </span>
  );
};

/** The sites of a release and their outcome, as a card shows them. */
export const SiteList = ({ sites, now }: { readonly sites: readonly SiteStanding[]; readonly now: string }) =>
  sites.length === 0 ? null : (
    <ul class="sites" aria-label="Early adopter sites">
      {sites.map((site) => (
        <li>
          <bdi>{site.site}</bdi> <SiteWord site={site} now={now} />
        </li>
      ))}
    </ul>
  );

/** The sites of a release with all that is known of each. */
export const SiteTable = ({
  sites,
  now,
}: {
  readonly sites: readonly SiteStanding[];
  readonly now: string;
}) => (
  <div class="scroll" role="region" aria-labelledby="sites" tabindex={0}>
    <table aria-labelledby="sites">
      <thead>
        <tr>
          <th scope="col">Site</th>
          <th scope="col">Takes part</th>
          <th scope="col">Report</th>
          <th scope="col">Report due</th>
          <th scope="col">People</th>
        </tr>
      </thead>
      <tbody>
        {sites.map((site) => (
          <tr>
            <th scope="row">
              <bdi>{site.site}</bdi>
            </th>
            <td>{site.committed ? 'committed' : 'as a volunteer'}</td>
            <td>
              <SiteWord site={site} now={now} />
            </td>
            <td>{site.due === undefined ? '—' : readable(site.due)}</td>
            <td>{site.people.join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
