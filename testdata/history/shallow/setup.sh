order 'string id = 1;' 'string tag = 3;'; commit 'start'
order 'string id = 1;' 'string tag = 3;' 'bool paid = 5;'; commit 'add paid'
order 'string id = 1;' 'bool paid = 5;'; commit 'drop tag'
mkdir .up; mv .git .up/; git clone -q --depth 2 "file://$PWD/.up" .cl; mv .cl/.git .git; rm -rf .cl .up; git reset -q --hard
