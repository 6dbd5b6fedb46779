/** Moods and manners; kind ones, since a person will read them next to a name. */
export const adjectives = `
  able agile alert amiable ample ardent artful astute attentive balanced beaming bold boring boundless brisk buoyant calm candid
  careful cheerful civil clear clever cordial cosmic courteous curious daring dapper deft diligent droll durable eager earnest
  easygoing elated eloquent energetic even exact faithful fearless fervent festive fluent frank free fresh frugal gallant
  generous gentle genuine glad graceful grateful handy hardy harmonious hearty helpful hopeful humble ideal inventive jolly
  jovial joyful keen kindly lively logical loyal lucid luminous mellow merry methodical mindful modest musical neat nimble
  observant open orderly patient peaceful pensive placid playful plucky poetic polite practical prudent punctual quaint quick
  quiet radiant ready resolute robust rustic serene sharp sincere skillful sleek smiling sober spirited spry steady stoic
  sunny swift tactful tender thorough thoughtful tidy tireless tranquil trusty upbeat valiant versatile vigilant vivid warm
  watchful whimsical willing witty zealous
`
  .trim()
  .split(/\s+/);
