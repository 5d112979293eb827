-- Households by the highest stage they reached, the exit that is now in force (0: none), and tenure.
SELECT neighbourhood, highest, exit_stage, tenure, COUNT(*) AS households
FROM (
  SELECT household, MIN(home_id) AS neighbourhood, MAX(level) AS highest, MAX(tenure) AS tenure,
         MAX(CASE WHEN latest = 1 AND stage > 10 THEN stage ELSE 0 END) AS exit_stage
  FROM (
    SELECT paths.*,
           ROW_NUMBER() OVER (PARTITION BY household ORDER BY happened_on DESC, place DESC) AS latest
    FROM paths
  ) AS numbered
  GROUP BY household
) AS per_household
GROUP BY neighbourhood, highest, exit_stage, tenure
ORDER BY neighbourhood, highest, exit_stage, tenure
