DROP TABLE provider_accounts;
DROP TABLE ceremonies;
