/** Formats absolute dates and times in the language of the page. Times are milliseconds since 1970. */
import { computed } from '@preact/signals';
import { language } from './language.ts';

const formats = computed(() => {
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language.value, options);
  return {
    clock: make({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    day: make({ month: 'long', day: 'numeric', weekday: 'short' }),
    dayOfYear: make({ year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' }),
    date: make({ month: 'short', day: 'numeric' }),
    dateOfYear: make({ year: 'numeric', month: 'short', day: 'numeric' }),
    whole: make({ dateStyle: 'long', timeStyle: 'short' }),
  };
});

const isThisYear = (at: number) => new Date(at).getFullYear() === new Date().getFullYear();

/** 18:06 */
export function clockTime(at: number): string {
  return formats.value.clock.format(at);
}

/** 11月21日（土）, with the year if it is not the current one. */
export function weekdayDate(at: number): string {
  const { day, dayOfYear } = formats.value;
  return (isThisYear(at) ? day : dayOfYear).format(at).replace('(', '（').replace(')', '）');
}

/** 11月21日, with the year if it is not the current one. */
export function shortDate(at: number): string {
  const { date, dateOfYear } = formats.value;
  return (isThisYear(at) ? date : dateOfYear).format(at);
}

/** Full date and time. */
export function longDateTime(at: number): string {
  return formats.value.whole.format(at);
}

/** Whether two times are on the same day in the local time zone. */
export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** 18:06, with the date if it is not today. */
export function shortDateTime(at: number): string {
  return isSameDay(at, Date.now()) ? clockTime(at) : `${shortDate(at)} ${clockTime(at)}`;
}
