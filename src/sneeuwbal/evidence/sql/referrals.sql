-- Who came through whom, as numbers of participants: one row per participant and claimed recruiter
-- who took part before. `claims` recruiters share one recruit.
SELECT recruiter.id AS recruiter, recruit.id AS recruit,
       recruiter.happened_on AS recruiter_on, recruit.happened_on AS recruit_on,
       recruit.happened_week - recruiter.happened_week AS weeks_between,
       COUNT(*) OVER (PARTITION BY recruit.id) AS claims
FROM (
  SELECT DISTINCT entry.id, entry.happened_on, entry.happened_week, told.referrer
  FROM entries AS entry
  JOIN standing_events AS told
    ON told.household = entry.household AND told.happened_on <= entry.happened_on
  WHERE told.origin = 'referral' AND told.referrer <> entry.household
) AS recruit
JOIN entries AS recruiter
  ON recruiter.household = recruit.referrer
 AND (recruiter.happened_on < recruit.happened_on
      OR (recruiter.happened_on = recruit.happened_on AND recruiter.id < recruit.id))
ORDER BY recruit, recruiter
