"""The filters that Knock's Liquid has beyond Shopify's, a module for each kind of value. None of them raises."""
