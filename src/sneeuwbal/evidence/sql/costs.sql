-- What was booked, per neighbourhood (0: the programme as a whole), month and kind, in cents and in
-- hundredths of an hour: whole numbers add up the same in every database.
SELECT COALESCE(neighbourhood_id, 0) AS neighbourhood,
       CAST(EXTRACT(YEAR FROM "on") AS INTEGER) AS year,
       CAST(EXTRACT(MONTH FROM "on") AS INTEGER) AS month,
       kind,
       CAST(COALESCE(SUM(amount_eur * 100), 0) AS BIGINT) AS cents,
       CAST(COALESCE(SUM(hours * 100), 0) AS BIGINT) AS centihours,
       CAST(COALESCE(SUM(CASE WHEN amount_eur IS NULL THEN hours * 100 END), 0) AS BIGINT)
         AS unpriced_centihours
FROM outreach_costline
WHERE organisation_id = :organisation AND recorded_at < :known_before AND "on" <= :as_of
GROUP BY COALESCE(neighbourhood_id, 0), CAST(EXTRACT(YEAR FROM "on") AS INTEGER),
         CAST(EXTRACT(MONTH FROM "on") AS INTEGER), kind
ORDER BY neighbourhood, year, month, kind
