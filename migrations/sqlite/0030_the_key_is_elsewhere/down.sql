-- The key is made again when it is needed.
SELECT 1;
