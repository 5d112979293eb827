-- What the ledger said at a moment: the latest version of each event known by then.
-- Every reduction begins with this text; :organisation, :as_of and :known_before are its host
-- parameters. Only constructs that DuckDB, PostgreSQL and Spark SQL share.
WITH RECURSIVE known AS (
  SELECT id, corrects_id, void AS is_void, neighbourhood_id, household, stage, channel_id, origin,
         referrer, happened_on, happened_week, tenure
  FROM outreach_event
  WHERE organisation_id = :organisation AND recorded_at < :known_before
),
corrections AS (
  -- A correction stands in the place of the first row that it goes back to.
  SELECT newer.id AS id, first_row.id AS place
  FROM known AS first_row JOIN known AS newer ON newer.corrects_id = first_row.id
  WHERE first_row.corrects_id IS NULL
  UNION ALL
  SELECT newer.id AS id, corrections.place AS place
  FROM corrections JOIN known AS newer ON newer.corrects_id = corrections.id
),
standing_events AS (
  SELECT known.*, COALESCE(corrections.place, known.id) AS place,
         -- An exit says how far it got: no interest and an objection are spoken out loud.
         CASE WHEN stage <= 7 THEN stage WHEN stage IN (11, 12) THEN 2 WHEN stage = 13 THEN 1
              ELSE 0 END AS level
  FROM known LEFT JOIN corrections ON corrections.id = known.id
  WHERE NOT is_void AND happened_on <= :as_of
    AND NOT EXISTS (SELECT 1 FROM known AS newer WHERE newer.corrects_id = known.id)
),
paths AS (
  -- Each event with what came before it in the same household. A household counts where it was
  -- first met, so that neighbourhoods always add up to the organisation.
  SELECT standing_events.*,
         FIRST_VALUE(neighbourhood_id) OVER so_far AS home_id,
         COALESCE(MAX(level) OVER earlier, 0) AS level_before
  FROM standing_events
  WINDOW so_far AS (PARTITION BY household ORDER BY happened_on, place
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
         earlier AS (PARTITION BY household ORDER BY happened_on, place
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
rises AS (
  -- First time each household reached each stage: one row covers level_before + 1 to level.
  SELECT * FROM paths WHERE level > level_before
),
entries AS (
  -- One row per participating household: the event with which it began to take part.
  SELECT id, household, home_id, happened_on, happened_week, channel_id
  FROM rises WHERE level_before < 4 AND level >= 4
)
