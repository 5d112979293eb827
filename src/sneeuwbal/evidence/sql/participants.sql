-- Participants, each known by the number of the event with which it began. The best that is known
-- by that day about what brought it in: a card, a neighbour, a channel (from interest on), nothing.
SELECT entry.id AS participant, entry.home_id AS neighbourhood, entry.happened_week AS week,
       entry.happened_on AS entered_on, entry.channel_id AS channel,
       MIN(CASE WHEN told.origin = 'referral' THEN 1
                WHEN told.origin = 'neighbour' THEN 2
                WHEN told.origin = 'campaign' AND told.stage BETWEEN 3 AND 7 THEN 3
                ELSE 4 END) AS source
FROM entries AS entry
JOIN standing_events AS told
  ON told.household = entry.household AND told.happened_on <= entry.happened_on
GROUP BY entry.id, entry.home_id, entry.happened_week, entry.happened_on, entry.channel_id
ORDER BY participant
