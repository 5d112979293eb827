-- Attempts: households contacted, once per household, channel and day.
SELECT neighbourhood, week, channel, COUNT(*) AS contacts
FROM (
  SELECT DISTINCT home_id AS neighbourhood, happened_week AS week, channel_id AS channel,
         household, happened_on
  FROM paths
  WHERE stage IN (1, 2, 3, 11, 12, 13)
) AS contact
GROUP BY neighbourhood, week, channel
ORDER BY neighbourhood, week, channel
