import type { Step } from '../model/decision.ts';
import { Due, isPast } from './time.tsx';
import { Told } from './told.tsx';
import { standsWords, stepWords } from './words.ts';

/** The steps of the process from top to bottom: where each stands, why, by which rule, until when. */
export const StepTimeline = ({ steps, now }: { readonly steps: readonly Step[]; readonly now: string }) => (
  <ol class="timeline">
    {steps.map((step) => (
      <li class={`step step-${step.stands}`}>
        <Sign stands={step.stands} />
        <h3>
          {stepWords[step.step]} <span class="stands-word">{standsWords[step.stands]}</span>
        </h3>
        <p class="title">
          <Told text={step.title} />
        </p>
        {step.because.length === 0 ? null : (
          <ul class="because">
            {step.because.map((text) => (
              <li>
                <Told text={text} />
              </li>
            ))}
          </ul>
        )}
        {step.due === undefined || step.met ? null : (
          <p>
            <Due at={step.due} late={step.stands !== 'waiting' && isPast(step.due, now)} now={now} />
          </p>
        )}
        <p class="rule">Rule {step.rule}</p>
      </li>
    ))}
  </ol>
);

/** Tick, dots, cross or ring; the words beside it say the same. */
const Sign = ({ stands }: { readonly stands: Step['stands'] }) => (
  <svg class="sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
    <circle cx="12" cy="12" r="11" />
    <path d={signs[stands]} />
  </svg>
);

const signs: Readonly<Record<Step['stands'], string>> = {
  met: 'm7 12.5 3.5 3.5L17 8.5',
  working: 'M7 12h.01M12 12h.01M17 12h.01',
  failed: 'm8 8 8 8m0-8-8 8',
  waiting: '',
};
