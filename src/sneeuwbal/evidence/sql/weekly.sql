-- Households that reached a stage for the first time, by neighbourhood, week, channel and origin.
SELECT rise.home_id AS neighbourhood, rise.happened_week AS week, rise.channel_id AS channel,
       rise.origin AS origin, passed.stage AS stage, COUNT(*) AS households
FROM rises AS rise
JOIN (SELECT 1 AS stage UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7) AS passed
  ON passed.stage > rise.level_before AND passed.stage <= rise.level
GROUP BY rise.home_id, rise.happened_week, rise.channel_id, rise.origin, passed.stage
ORDER BY neighbourhood, week, channel, origin, stage
