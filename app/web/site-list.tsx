import type { SiteStanding } from '../model/decision.ts';
import { Due, isPast } from './time.tsx';
import { participationWords } from './words.ts';

/** What a site has said so far, in a few words, with a sign whose shape differs as well. */
const SiteWord = ({ site, now }: { readonly site: SiteStanding; readonly now: string }) => {
  if (site.tainted) return <span class="word word-late">report edited, has to report again</span>;
  if (site.outcome !== undefined) return <span class={`word word-${site.outcome}`}>{site.outcome}</span>;
  return (
    <span class={`word ${isPast(site.due, now) ? 'word-late' : 'word-open'}`}>{site.participation}</span>
  );
};

/** The sites of a release and their outcome, as a card shows them. */
export const SiteList = ({ sites, now }: { readonly sites: readonly SiteStanding[]; readonly now: string }) =>
  sites.length === 0 ? null : (
    <ul class="sites" aria-label="Early adopter sites">
      {sites.map((site) => (
        <li>
          <bdi>{site.site}</bdi> <SiteWord site={site} now={now} />
          {isPast(site.due, now) && site.participation !== 'no-answer' ? (
            <span class="late-tag">, {site.participation === 'invited' ? 'answer' : 'report'} late</span>
          ) : null}
        </li>
      ))}
    </ul>
  );

const isInvited = ({ participation }: SiteStanding): boolean =>
  participation === 'invited' || participation === 'no-answer';

const ReportWord = ({ site, now }: { readonly site: SiteStanding; readonly now: string }) => {
  if (site.outcome !== undefined || site.tainted) return <SiteWord site={site} now={now} />;
  const awaited = site.participation === 'accepted' || site.participation === 'deployed';
  return <>{awaited ? 'awaited' : 'none'}</>;
};

/** The sites of a release with all that is known of each. */
export const SiteTable = ({
  sites,
  now,
}: {
  readonly sites: readonly SiteStanding[];
  readonly now: string;
}) => (
  <table class="stacked" aria-labelledby="sites">
    <thead>
      <tr>
        <th scope="col">Site and its people</th>
        <th scope="col">Takes part</th>
        <th scope="col">Report</th>
      </tr>
    </thead>
    <tbody>
      {sites.map((site) => (
        <tr>
          <th scope="row">
            <bdi>{site.site}</bdi>
            {site.people.length === 0 ? null : <span class="below">{site.people.join(', ')}</span>}
          </th>
          <td data-head="Takes part">
            {participationWords[site.participation]}
            <span class="below">
              {site.committed ? 'committed to the component' : 'not committed: a volunteer'}
            </span>
            {site.reason === undefined ? null : <span class="below">“{site.reason}”</span>}
          </td>
          <td data-head="Report">
            <ReportWord site={site} now={now} />
            {site.due === undefined ? null : (
              <span class="below">
                {isInvited(site) ? 'answer ' : ''}
                <Due at={site.due} late={isPast(site.due, now)} now={now} />
              </span>
            )}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
